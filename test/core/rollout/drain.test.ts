import { describe, expect, it } from '@jest/globals';
import type { PodFact } from '../../../src/core/facts.ts';
import { podDisposition, stepDrain } from '../../../src/core/rollout/drain.ts';
import { aPod } from './support/facts.ts';

const BATON = { 'app.kubernetes.io/managed-by': 'baton' };
const OPERATOR = { 'app.kubernetes.io/name': 'baton', 'app.kubernetes.io/component': 'operator' };

describe('What a drain does with a Pod', () => {
  it.each<readonly [string, Partial<PodFact>, 'Keep' | 'Delete', string]>([
    ['a Pod of a ReplicaSet', {}, 'Keep', 'Evict'],
    ['a Pod of a Job of somebody else', { controllerKind: 'Job' }, 'Keep', 'Evict'],
    ['a Pod of a StatefulSet', { controllerKind: 'StatefulSet' }, 'Keep', 'Evict'],
    ['a pending Pod', { phase: 'Pending' }, 'Keep', 'Evict'],
    ['a DaemonSet Pod', { controllerKind: 'DaemonSet' }, 'Keep', 'Leave'],
    ['a static Pod', { mirror: true, controllerKind: 'Node' }, 'Keep', 'Leave'],
    ['a Pod that has succeeded', { phase: 'Succeeded' }, 'Keep', 'Leave'],
    ['a Pod that has failed', { phase: 'Failed', controllerKind: undefined }, 'Keep', 'Leave'],
    ["Baton's upgrade Pod", { labels: BATON, controllerKind: 'Job' }, 'Keep', 'Leave'],
    ["Baton's agent", { labels: BATON, controllerKind: 'Lease' }, 'Keep', 'Leave'],
    ["Baton's operator", { labels: OPERATOR }, 'Keep', 'Leave'],
    ['a Pod that is terminating', { deleting: true }, 'Keep', 'Wait'],
    ['a Pod without a controller', { controllerKind: undefined }, 'Keep', 'Block'],
    ['a Pod without a controller, whatever the plan consents to', { controllerKind: undefined }, 'Delete', 'Block'],
    ['a Pod with emptyDir data', { emptyDir: true }, 'Keep', 'Block'],
    ['a Pod with emptyDir data that may be lost', { emptyDir: true }, 'Delete', 'Evict'],
    ['a DaemonSet Pod with emptyDir data', { emptyDir: true, controllerKind: 'DaemonSet' }, 'Keep', 'Leave'],
    ['a terminating Pod with emptyDir data', { emptyDir: true, deleting: true }, 'Keep', 'Wait'],
  ])('%s', (_, changes, emptyDirData, kind) => {
    expect(podDisposition(aPod('shop-1', 'node-1', changes), emptyDirData).kind).toBe(kind);
  });

  it('A Pod that blocks is named, with what would let it go', () => {
    const blocked = podDisposition(aPod('shop-1', 'node-1', { emptyDir: true }), 'Keep');
    expect(blocked).toEqual({
      kind: 'Block',
      why: 'Pod shop/shop-1 has emptyDir data; drain.emptyDirData: Delete would consent to lose it',
    });
  });
});

describe('A drain', () => {
  const none = new Map<string, string>();

  it('is done when nothing is left to go', () => {
    expect(stepDrain([aPod('logs-1', 'node-1', { controllerKind: 'DaemonSet' })], 'Keep', none)).toMatchObject({
      done: true,
      evict: [],
    });
  });

  it('evicts everything that may go at once', () => {
    const pods = [aPod('shop-1', 'node-1'), aPod('shop-2', 'node-1')];
    expect(stepDrain(pods, 'Keep', none)).toEqual({ done: false, evict: pods, message: '2 Pods to evict' });
  });

  it('goes on while a Pod blocks it, and says which', () => {
    const pods = [aPod('shop-1', 'node-1'), aPod('bare', 'node-1', { controllerKind: undefined })];
    const step = stepDrain(pods, 'Keep', none);
    expect(step.done).toBe(false);
    expect(step.evict.map((pod) => pod.name)).toEqual(['shop-1']);
    expect(step.message).toBe('Pod shop/bare has no controller that would start it again');
  });

  it('says what the API server answered to an eviction, and how much more holds it up', () => {
    const pods = [aPod('shop-1', 'node-1'), aPod('shop-2', 'node-1', { deleting: true })];
    const answers = new Map([['uid-of-shop-1', 'the budget allows 0 disruptions']]);
    expect(stepDrain(pods, 'Keep', answers).message).toBe('shop/shop-1: the budget allows 0 disruptions (and 1 more)');
  });

  it('waits for a Pod that is terminating', () => {
    const step = stepDrain([aPod('shop-1', 'node-1', { deleting: true })], 'Keep', none);
    expect(step).toEqual({ done: false, evict: [], message: 'Pod shop/shop-1 is terminating' });
  });
});
