import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { KubeClient } from '../../../../src/kube/client/client.ts';
import { PlanWatches } from '../../../../src/operator/watch/plan-watches.ts';
import { Collection } from '../../kube/support/collection.ts';
import { RecordingLog } from '../../kube/support/recording-log.ts';
import { settle, VirtualTime } from '../../kube/support/virtual-time.ts';

let pods: Collection;
let watches: PlanWatches;

beforeEach(() => {
  pods = new Collection();
  const time = new VirtualTime();
  // Nothing but lists and watches of Pods is asked for.
  const client = pods as unknown as KubeClient;
  const ports = { client, log: new RecordingLog(), now: time.now, random: () => 0.5, sleep: time.sleep };
  watches = new PlanWatches({ ports, enqueue: () => undefined, planOnNode: () => undefined, hash: (text) => text });
  const metadata = { name: 'web-1', namespace: 'shop', uid: 'u', resourceVersion: '101', labels: { app: 'web', tier: 'cache' } };
  pods.put('web-1', { metadata, spec: { nodeName: 'node-1' }, status: { phase: 'Running' } });
});

afterEach(async () => {
  watches.stop();
  watches.needPods('a', undefined);
  watches.needPods('b', undefined);
  await settle();
  expect(pods.openWatches).toBe(0);
});

/** The labels that are known of the Pod; undefined while Pods are not known. */
async function labels(): Promise<object | undefined> {
  await settle();
  return watches.podsOn('node-1')?.[0]?.labels;
}

it('Pods are not watched while no plan needs them', async () => {
  expect(await labels()).toBeUndefined();
  expect(pods.lists).toEqual([]);
});

it('Pods are watched once for all plans that drain, with the labels that their drains read', async () => {
  watches.needPods('a', ['tier']);
  watches.needPods('b', []);
  watches.needPods('b', ['tier']);

  expect(await labels()).toEqual({ tier: 'cache' });
  expect(pods.lists).toHaveLength(1);
});

it('Pods are listed again only when a drain reads a label that was not kept', async () => {
  watches.needPods('a', ['tier']);
  await labels();
  watches.needPods('b', ['app']);

  expect(watches.podsOn('node-1')).toBeUndefined();
  expect(await labels()).toEqual({ app: 'web', tier: 'cache' });
  watches.needPods('b', undefined);
  expect(await labels()).toEqual({ app: 'web', tier: 'cache' });
  expect(pods.lists).toHaveLength(2);
});
