import { describe, expect, it } from '@jest/globals';
import type { BatchDrain } from '../../../../../../src/api/generated/upgradebatch.ts';
import type { PodFact } from '../../../../../../src/core/facts.ts';
import {
  isForced,
  podDisposition,
  surveyPods,
  type Disposition,
} from '../../../../../../src/core/rollout/turn/drain/pods-to-evict.ts';
import { drainLabels, isCordonedFor, isDrainedFor } from '../../../../../../src/core/rollout/fleet/drain-policy.ts';
import { aPod } from '../../support/facts.ts';
import { aBatch, aDrain } from '../../support/objects.ts';

const BATON = { 'app.kubernetes.io/managed-by': 'baton' };
const CACHE = { podSelector: { matchLabels: { tier: 'cache' } } };
const ALL_CONSENT = aDrain({ emptyDirData: 'Delete', unmanagedPods: 'Delete' });

describe('What a drain does with a Pod', () => {
  it.each<readonly [string, Partial<PodFact>, Partial<BatchDrain>, Disposition['kind']]>([
    ['a Pod of a ReplicaSet', {}, {}, 'Evict'],
    ['a Pod of a Job of somebody else', { controllerKind: 'Job' }, {}, 'Evict'],
    ['a Pod of a StatefulSet', { controllerKind: 'StatefulSet' }, {}, 'Evict'],
    ['a pending Pod', { phase: 'Pending' }, {}, 'Evict'],
    ['a DaemonSet Pod', { controllerKind: 'DaemonSet' }, {}, 'Leave'],
    ['a static Pod', { mirror: true, controllerKind: 'Node' }, {}, 'Leave'],
    ['a Pod that has succeeded', { phase: 'Succeeded' }, {}, 'Leave'],
    ['a Pod that has failed', { phase: 'Failed', controllerKind: undefined }, {}, 'Leave'],
    ["Baton's upgrade Pod", { labels: BATON, controllerKind: 'Job' }, {}, 'Leave'],
    ["Baton's agent", { labels: BATON, controllerKind: 'Lease' }, {}, 'Leave'],
    ['a Pod that is terminating', { deleting: true }, {}, 'Ending'],
    ['unmanagedPods Keep: a Pod without a controller', { controllerKind: undefined }, {}, 'Block'],
    ['unmanagedPods Keep, whatever else is consented to', { controllerKind: undefined }, { emptyDirData: 'Delete' }, 'Block'],
    ['unmanagedPods Delete: a Pod without a controller', { controllerKind: undefined }, { unmanagedPods: 'Delete' }, 'Evict'],
    ['emptyDirData Keep: a Pod with emptyDir data', { emptyDir: true }, {}, 'Block'],
    ['emptyDirData Keep, whatever else is consented to', { emptyDir: true }, { unmanagedPods: 'Delete' }, 'Block'],
    ['emptyDirData Delete: a Pod with emptyDir data', { emptyDir: true }, { emptyDirData: 'Delete' }, 'Evict'],
    ['a DaemonSet Pod with emptyDir data', { emptyDir: true, controllerKind: 'DaemonSet' }, {}, 'Leave'],
    ['a terminating Pod with emptyDir data', { emptyDir: true, deleting: true }, {}, 'Ending'],
    ['ignore: a Pod that it names', { labels: { tier: 'cache' } }, { ignore: CACHE }, 'Leave'],
    ['ignore: a Pod that would block', { labels: { tier: 'cache' }, controllerKind: undefined }, { ignore: CACHE }, 'Leave'],
    ['ignore: a terminating Pod that it names', { labels: { tier: 'cache' }, deleting: true }, { ignore: CACHE }, 'Leave'],
    ['ignore: another Pod', { labels: { tier: 'web' } }, { ignore: CACHE }, 'Evict'],
    ['waitFor: a Pod that it names', { labels: { tier: 'cache' } }, { waitFor: { ...CACHE, timeoutSeconds: 9 } }, 'WaitFor'],
    [
      'waitFor: one that has not started',
      { labels: { tier: 'cache' }, phase: 'Pending' },
      { waitFor: { ...CACHE, timeoutSeconds: 9 } },
      'Evict',
    ],
    ['waitFor: another Pod', {}, { waitFor: { ...CACHE, timeoutSeconds: 9 } }, 'Evict'],
  ])('%s', (_, changes, policy, kind) => {
    expect(podDisposition(aPod('shop-1', 'node-1', changes), aDrain(policy), undefined).kind).toBe(kind);
  });

  it.each([
    ['emptyDirData', { emptyDir: true }, 'Pod shop/shop-1 has emptyDir data; to evict it, set drain.emptyDirData: Delete'],
    [
      'unmanagedPods',
      { controllerKind: undefined },
      'Pod shop/shop-1 has no controller; to evict it, set drain.unmanagedPods: Delete',
    ],
  ])('a Pod that blocks is named, with what would let it go: %s', (_, changes, why) => {
    expect(podDisposition(aPod('shop-1', 'node-1', changes), aDrain(), undefined)).toEqual({ kind: 'Block', why });
  });
});

describe('What a drain does with the Pod of the operator that decides', () => {
  const pod = aPod('operator', 'node-1');
  it.each<readonly [string, Partial<PodFact>, boolean, Disposition['kind']]>([
    ['moves it last where it can run elsewhere', {}, true, 'MoveLast'],
    ['leaves it where it cannot, as in a cluster of one node', {}, false, 'Leave'],
    ['leaves it where nobody would start it again', { controllerKind: undefined }, true, 'Leave'],
    ['waits for it when it is on its way', { deleting: true }, true, 'Ending'],
  ])('%s', (_, changes, movable, kind) => {
    const operator = { uid: pod.uid, movable };
    expect(podDisposition({ ...pod, ...changes }, ALL_CONSENT, operator).kind).toBe(kind);
  });

  it('evicts the Pod of another operator like any other', () => {
    expect(podDisposition(pod, aDrain(), { uid: 'uid-of-me', movable: false }).kind).toBe('Evict');
  });
});

it('The Pods of a node are sorted by what is done with them', () => {
  const pods = [
    aPod('web', 'node-1'),
    aPod('bare', 'node-1', { controllerKind: undefined }),
    aPod('gone', 'node-1', { deleting: true }),
    aPod('logs', 'node-1', { controllerKind: 'DaemonSet' }),
    aPod('job', 'node-1', { labels: { tier: 'cache' } }),
    aPod('operator', 'node-1'),
  ];
  const policy = aDrain({ waitFor: { ...CACHE, timeoutSeconds: 9 } });
  const { last, ...lists } = surveyPods(pods, policy, { uid: 'uid-of-operator', movable: true });
  expect(last?.name).toBe('operator');
  expect(lists.blocked.map(({ pod }) => pod.name)).toEqual(['bare']);
  expect([lists.evict, lists.ending, lists.waitFor].map((list) => list.map((pod) => pod.name))).toEqual([
    ['web'],
    ['gone'],
    ['job'],
  ]);
});

it.each([
  ['nobody', undefined, false],
  ['the Pod', CACHE, true],
  ['another', { podSelector: { matchLabels: { tier: 'web' } } }, false],
])('A Pod may be deleted past its budget when force names it, and force names %s', (_, force, expected) => {
  const policy = force === undefined ? aDrain() : aDrain({ force });
  expect(isForced(aPod('shop-1', 'node-1', { labels: { tier: 'cache' } }), policy)).toBe(expected);
});

describe('mode', () => {
  const disruption = (
    kind: 'None' | 'Drain' | 'Reboot',
  ): NonNullable<ReturnType<typeof aBatch>['spec']['processes'][number]> => ({
    name: 'os',
    disruption: kind,
    report: 'None',
    deadlineSeconds: 600,
    template: {},
  });
  it.each([
    ['Auto', 'None', false, false],
    ['Auto', 'Drain', true, true],
    ['Auto', 'Reboot', true, true],
    ['Cordon', 'None', false, false],
    ['Cordon', 'Drain', true, false],
    ['None', 'Reboot', false, false],
  ] as const)('%s before a process with disruption %s: cordoned %s, drained %s', (mode, kind, cordoned, drained) => {
    const processes = [disruption('None'), disruption(kind)];
    const batch = aBatch(['node-1'], { spec: { processes, drain: aDrain({ mode }) } });
    expect([isCordonedFor(batch, processes), isDrainedFor(batch, processes)]).toEqual([cordoned, drained]);
  });
});

describe('The labels of Pods that a drain looks at', () => {
  const waitFor = { podSelector: { matchExpressions: [{ key: 'job', operator: 'Exists' as const }] }, timeoutSeconds: 9 };
  it.each([
    ['are those of its selectors', aDrain({ ignore: CACHE, waitFor }), ['tier', 'job']],
    ['are none when it has no selectors', aDrain(), []],
    ['are not asked for where nothing is drained', aDrain({ mode: 'Cordon', ignore: CACHE }), undefined],
  ])('%s', (_, drain, expected) => {
    expect(drainLabels(aBatch(['node-1'], { spec: { drain } }))).toEqual(expected);
  });
});
