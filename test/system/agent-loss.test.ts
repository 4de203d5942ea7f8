import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ANNOTATIONS } from '../../src/api/names.ts';
import { planManifest } from '../support/fleet.ts';
import { print } from '../support/print.ts';
import { hasSucceeded, waitForRollout } from '../support/rollout.ts';
import { work } from '../support/scripts.ts';
import { openSystem, openTimeoutMs, waitForFreeNodes, type System } from '../support/system-cluster.ts';
import { senderOf } from '../support/verdict.ts';

let system: System;

beforeAll(async () => {
  system = await openSystem();
}, openTimeoutMs);
afterAll(() => system.close(), 180_000);

describe('a holder whose kubelet and agent die in the middle of its batch', () => {
  it('loses the baton to another node, and the batch is told once', async () => {
    const namespace = await system.createNamespace();
    const { kubectl } = system;
    await kubectl.apply(
      planManifest({
        namespace,
        batches: [{ size: 4 }, { size: 2 }],
        // The lost node must not use up the whole allowance, or nothing would go on before it is back.
        maxUnavailable: 2,
        processes: [{ name: 'os', script: work(12), disruption: 'None' }],
        sinkUrl: system.sinkUrl(namespace),
        signed: true,
      }),
    );
    let firstRenewal: string | undefined;
    const before = await waitForRollout(kubectl, {
      namespace,
      what: 'the agent to renew the Lease that it was given, while nodes are being upgraded',
      until: ({ batches, lease }) => {
        firstRenewal ??= lease?.spec.renewTime;
        const renewed = firstRenewal !== undefined && lease?.spec.renewTime !== firstRenewal;
        return renewed && (batches[0]?.status?.nodes?.some((node) => node.state === 'Upgrading') ?? false);
      },
    });
    const lost = before.lease?.spec.holderIdentity ?? '';
    const pod = before.lease?.metadata.annotations?.[ANNOTATIONS.agentPod] ?? '';

    await system.node(lost).killKubelet();
    const killed = system.node(lost).killContainer(pod);
    const began = performance.now();
    try {
      const after = await waitForRollout(kubectl, {
        namespace,
        what: `the baton to leave ${lost}`,
        until: ({ lease }) => lease?.spec.holderIdentity !== undefined && lease.spec.holderIdentity !== lost,
      });
      const seconds = Math.round((performance.now() - began) / 1000);
      // The Lease lasts 15 s; somebody who only counted how long the agent takes to start would need a minute.
      expect(seconds).toBeLessThan(45);
      print(`the baton left ${lost} for ${after.lease?.spec.holderIdentity} ${seconds} s after its agent had died`);
    } finally {
      await system.node(lost).startKubelet();
    }
    const end = await waitForRollout(kubectl, {
      namespace,
      what: 'the rollout to succeed',
      timeoutMs: 240_000,
      until: hasSucceeded,
    });

    const deliveries = await system.deliveries(namespace);
    print(`delivered: ${deliveries.map((delivery) => `${delivery.id} from ${delivery.request.remoteAddress}`).join(', ')}`);
    expect(killed).toBe(1);
    expect(deliveries.map((delivery) => delivery.id)).toEqual(end.batches.map((batch) => `${batch.metadata.uid}/1`));
    expect(end.batches[0] === undefined ? undefined : senderOf(end.batches[0])).not.toBe(lost);
    await waitForFreeNodes(kubectl);
  }, 420_000);
});
