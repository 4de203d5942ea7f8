import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { finalReceipts } from '../../src/core/baton/deliveries.ts';
import { waitFor } from '../cluster/wait-for.ts';
import { nodesNamed, planManifest } from '../support/fleet.ts';
import { findCondition } from '../support/kubernetes-objects.ts';
import { print } from '../support/print.ts';
import { hasSucceeded, waitForRollout } from '../support/rollout.ts';
import { work } from '../support/scripts.ts';
import { openSystem, openTimeoutMs, waitForFreeNodes, type System } from '../support/system-cluster.ts';

const downMs = 60_000;

let system: System;
let unsigned: string;

beforeAll(async () => {
  system = await openSystem();
  // An agent gives a missing Secret a minute and a half to come; the other tests run meanwhile, on other nodes.
  unsigned = await system.createNamespace({ secret: false });
  await system.kubectl.apply(
    planManifest({
      namespace: unsigned,
      batches: [{ size: 1 }],
      nodeSelector: { matchLabels: { storage: 'yes' } },
      maxUnavailable: 2,
      processes: [{ name: 'os', script: work(1), disruption: 'None' }],
      sinkUrl: system.sinkUrl(unsigned),
      signed: true,
    }),
  );
}, openTimeoutMs);
afterAll(() => system.close(), 180_000);

describe('a receiver in trouble', () => {
  it('gets everything once after it was down for a minute', async () => {
    const namespace = await system.createNamespace();
    const { kubectl, receiver } = system;
    await receiver.behave({ kind: 'refuse', forMs: downMs });
    const began = performance.now();
    await kubectl.apply(
      planManifest({
        namespace,
        batches: [{ size: 2 }],
        maxUnavailable: 2,
        nodeSelector: nodesNamed('node-1', 'node-2'),
        processes: [{ name: 'os', script: work(1), disruption: 'None' }],
        sinkUrl: system.sinkUrl(namespace),
        signed: true,
      }),
    );
    const settled = await waitForRollout(kubectl, {
      namespace,
      what: 'the batch to settle while nobody listens',
      until: ({ batches }) => findCondition(batches[0], 'Settled')?.status === 'True',
    });
    const settledAfter = performance.now() - began;
    const end = await waitForRollout(kubectl, {
      namespace,
      what: 'the notification to be taken',
      timeoutMs: 180_000,
      until: hasSucceeded,
    });

    const deliveries = await system.deliveries(namespace);
    const [receipt] = finalReceipts(end.batches[0]?.status?.notification);
    print(
      `settled after ${Math.round(settledAfter / 1000)} s, delivered after ${Math.round((performance.now() - began) / 1000)} s, ${receipt?.attempts} attempts`,
    );
    expect(settledAfter).toBeLessThan(downMs);
    expect(deliveries.map((delivery) => delivery.id)).toEqual(settled.batches.map((batch) => `${batch.metadata.uid}/1`));
    expect(receipt?.attempts).toBeGreaterThan(1);
  }, 300_000);

  it('gets one delivery although it answered 500 and 429 before', async () => {
    const namespace = await system.createNamespace();
    const { kubectl, receiver } = system;
    await receiver.behave({ kind: 'answer', status: 429, retryAfter: '3' });
    await kubectl.apply(
      planManifest({
        namespace,
        batches: [{ size: 1 }],
        nodeSelector: nodesNamed('node-1'),
        processes: [{ name: 'os', script: work(1), disruption: 'None' }],
        sinkUrl: system.sinkUrl(namespace),
        signed: true,
      }),
    );
    const requests = async (status: number): Promise<number> => {
      return (await receiver.received()).filter((request) => request.path === `/${namespace}` && request.status === status)
        .length;
    };
    await waitFor(async () => (await requests(429)) > 0, {
      what: 'a request that is answered with 429',
      timeoutMs: 90_000,
      intervalMs: 300,
    });
    await receiver.behave({ kind: 'answer', status: 500 });
    await waitFor(async () => (await requests(500)) > 0, {
      what: 'a request that is answered with 500',
      timeoutMs: 90_000,
      intervalMs: 300,
    });
    await receiver.behave({ kind: 'accept' });
    await waitForRollout(kubectl, { namespace, what: 'the notification to be taken', until: hasSucceeded });

    expect(await system.deliveries(namespace)).toHaveLength(1);
  }, 300_000);

  it('gets nothing unsigned when the Secret is missing, which is said, while the upgrade goes on', async () => {
    const { kubectl } = system;
    const end = await waitForRollout(kubectl, {
      namespace: unsigned,
      what: 'every node to be done and the missing Secret to be said',
      timeoutMs: 240_000,
      until: ({ plan, batches }) =>
        plan?.status?.summary === 'Succeeded' &&
        batches.some((batch) => findCondition(batch, 'Notified')?.reason === 'SecretMissing'),
    });

    print(await kubectl.run(['get', 'uplan,ubatch', '--namespace', unsigned]));
    print(end.batches.map((batch) => findCondition(batch, 'Notified')?.message).join('\n'));
    expect(end.batches).toHaveLength(2);
    expect(findCondition(end.plan, 'NotificationsDelivered')?.status).toBe('False');
    expect((await system.receiver.received()).filter((request) => request.path === `/${unsigned}`)).toEqual([]);
    await waitForFreeNodes(kubectl);
  }, 300_000);
});
