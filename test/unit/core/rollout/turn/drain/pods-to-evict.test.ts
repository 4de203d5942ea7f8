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
  it.each<{
    readonly title: string;
    readonly changes: Partial<PodFact>;
    readonly policy: Partial<BatchDrain>;
    readonly kind: Disposition['kind'];
  }>([
    { title: 'a Pod of a ReplicaSet', changes: {}, policy: {}, kind: 'Evict' },
    { title: 'a Pod of a Job of somebody else', changes: { controllerKind: 'Job' }, policy: {}, kind: 'Evict' },
    { title: 'a Pod of a StatefulSet', changes: { controllerKind: 'StatefulSet' }, policy: {}, kind: 'Evict' },
    { title: 'a pending Pod', changes: { phase: 'Pending' }, policy: {}, kind: 'Evict' },
    { title: 'a DaemonSet Pod', changes: { controllerKind: 'DaemonSet' }, policy: {}, kind: 'Leave' },
    { title: 'a static Pod', changes: { mirror: true, controllerKind: 'Node' }, policy: {}, kind: 'Leave' },
    { title: 'a Pod that has succeeded', changes: { phase: 'Succeeded' }, policy: {}, kind: 'Leave' },
    { title: 'a Pod that has failed', changes: { phase: 'Failed', controllerKind: undefined }, policy: {}, kind: 'Leave' },
    { title: "Baton's upgrade Pod", changes: { labels: BATON, controllerKind: 'Job' }, policy: {}, kind: 'Leave' },
    { title: "Baton's agent", changes: { labels: BATON, controllerKind: 'Lease' }, policy: {}, kind: 'Leave' },
    { title: 'a Pod that is terminating', changes: { deleting: true }, policy: {}, kind: 'Ending' },
    {
      title: 'unmanagedPods Keep: a Pod without a controller',
      changes: { controllerKind: undefined },
      policy: {},
      kind: 'Block',
    },
    {
      title: 'unmanagedPods Keep, whatever else is consented to',
      changes: { controllerKind: undefined },
      policy: { emptyDirData: 'Delete' },
      kind: 'Block',
    },
    {
      title: 'unmanagedPods Delete: a Pod without a controller',
      changes: { controllerKind: undefined },
      policy: { unmanagedPods: 'Delete' },
      kind: 'Evict',
    },
    { title: 'emptyDirData Keep: a Pod with emptyDir data', changes: { emptyDir: true }, policy: {}, kind: 'Block' },
    {
      title: 'emptyDirData Keep, whatever else is consented to',
      changes: { emptyDir: true },
      policy: { unmanagedPods: 'Delete' },
      kind: 'Block',
    },
    {
      title: 'emptyDirData Delete: a Pod with emptyDir data',
      changes: { emptyDir: true },
      policy: { emptyDirData: 'Delete' },
      kind: 'Evict',
    },
    {
      title: 'a DaemonSet Pod with emptyDir data',
      changes: { emptyDir: true, controllerKind: 'DaemonSet' },
      policy: {},
      kind: 'Leave',
    },
    { title: 'a terminating Pod with emptyDir data', changes: { emptyDir: true, deleting: true }, policy: {}, kind: 'Ending' },
    { title: 'ignore: a Pod that it names', changes: { labels: { tier: 'cache' } }, policy: { ignore: CACHE }, kind: 'Leave' },
    {
      title: 'ignore: a Pod that would block',
      changes: { labels: { tier: 'cache' }, controllerKind: undefined },
      policy: { ignore: CACHE },
      kind: 'Leave',
    },
    {
      title: 'ignore: a terminating Pod that it names',
      changes: { labels: { tier: 'cache' }, deleting: true },
      policy: { ignore: CACHE },
      kind: 'Leave',
    },
    { title: 'ignore: another Pod', changes: { labels: { tier: 'web' } }, policy: { ignore: CACHE }, kind: 'Evict' },
    {
      title: 'waitFor: a Pod that it names',
      changes: { labels: { tier: 'cache' } },
      policy: { waitFor: { ...CACHE, timeoutSeconds: 9 } },
      kind: 'WaitFor',
    },
    {
      title: 'waitFor: one that has not started',
      changes: { labels: { tier: 'cache' }, phase: 'Pending' },
      policy: { waitFor: { ...CACHE, timeoutSeconds: 9 } },
      kind: 'Evict',
    },
    { title: 'waitFor: another Pod', changes: {}, policy: { waitFor: { ...CACHE, timeoutSeconds: 9 } }, kind: 'Evict' },
  ])('$title', ({ changes, policy, kind }) => {
    expect(podDisposition(aPod('shop-1', 'node-1', changes), aDrain(policy), undefined).kind).toBe(kind);
  });

  it.each([
    ['emptyDirData', { emptyDir: true }, 'Pod shop/shop-1 has emptyDir data; set drain.emptyDirData: Delete to evict it'],
    [
      'unmanagedPods',
      { controllerKind: undefined },
      'Pod shop/shop-1 has no controller; set drain.unmanagedPods: Delete to evict it',
    ],
  ])('a Pod that blocks is named, with the setting that allows its eviction: %s', (_, changes, why) => {
    expect(podDisposition(aPod('shop-1', 'node-1', changes), aDrain(), undefined)).toEqual({ kind: 'Block', why });
  });
});

describe('What a drain does with the Pod of the operator that decides', () => {
  const pod = aPod('operator', 'node-1');
  it.each<{
    readonly title: string;
    readonly changes: Partial<PodFact>;
    readonly movable: boolean;
    readonly kind: Disposition['kind'];
  }>([
    { title: 'moves it last where it can run elsewhere', changes: {}, movable: true, kind: 'MoveLast' },
    { title: 'leaves it where it cannot, as in a cluster of one node', changes: {}, movable: false, kind: 'Leave' },
    {
      title: 'leaves it where no controller would start it again',
      changes: { controllerKind: undefined },
      movable: true,
      kind: 'Leave',
    },
    { title: 'waits for it when it is on its way', changes: { deleting: true }, movable: true, kind: 'Ending' },
  ])('$title', ({ changes, movable, kind }) => {
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
    { mode: 'Auto', kind: 'None', cordoned: false, drained: false },
    { mode: 'Auto', kind: 'Drain', cordoned: true, drained: true },
    { mode: 'Auto', kind: 'Reboot', cordoned: true, drained: true },
    { mode: 'Cordon', kind: 'None', cordoned: false, drained: false },
    { mode: 'Cordon', kind: 'Drain', cordoned: true, drained: false },
    { mode: 'None', kind: 'Reboot', cordoned: false, drained: false },
  ] as const)(
    '$mode before a process with disruption $kind: cordoned $cordoned, drained $drained',
    ({ mode, kind, cordoned, drained }) => {
      const processes = [disruption('None'), disruption(kind)];
      const batch = aBatch(['node-1'], { spec: { processes, drain: aDrain({ mode }) } });
      expect([isCordonedFor(batch, processes), isDrainedFor(batch, processes)]).toEqual([cordoned, drained]);
    },
  );
});

describe('The labels of Pods that a drain selects by', () => {
  const waitFor = { podSelector: { matchExpressions: [{ key: 'job', operator: 'Exists' as const }] }, timeoutSeconds: 9 };
  it.each([
    ['are those of its selectors', aDrain({ ignore: CACHE, waitFor }), ['tier', 'job']],
    ['are none when it has no selectors', aDrain(), []],
    ['are not asked for where nothing is drained', aDrain({ mode: 'Cordon', ignore: CACHE }), undefined],
  ])('%s', (_, drain, expected) => {
    expect(drainLabels(aBatch(['node-1'], { spec: { drain } }))).toEqual(expected);
  });
});
