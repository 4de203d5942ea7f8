import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { waitFor } from '../cluster/wait-for.ts';
import { planManifest } from '../support/fleet.ts';
import { print } from '../support/print.ts';
import { readRollout, waitForRollout } from '../support/rollout.ts';
import { work } from '../support/scripts.ts';
import { openSystem, openTimeoutMs, waitForFreeNodes, type System } from '../support/system-cluster.ts';

let system: System;

beforeAll(async () => {
  system = await openSystem();
}, openTimeoutMs);
afterAll(() => system.close(), 180_000);

/** Starts a plan for three nodes, one at a time, and gives its namespace when the first of them is being upgraded. */
async function startInMidRun(): Promise<string> {
  const namespace = await system.createNamespace();
  await system.kubectl.apply(
    planManifest({
      namespace,
      batches: [{ size: 3 }],
      processes: [{ name: 'os', script: work(8) }],
      sinkUrl: system.sinkUrl(namespace),
      signed: true,
    }),
  );
  await waitForRollout(system.kubectl, {
    namespace,
    what: 'the first node to be upgrading',
    until: ({ batches }) => batches[0]?.status?.nodes?.some((node) => node.state === 'Upgrading') ?? false,
  });
  return namespace;
}

describe('a plan that is deleted in mid-run', () => {
  it.each(['background', 'foreground'])(
    'ends what runs, starts nothing and tells it (--cascade=%s)',
    async (cascade) => {
      const namespace = await startInMidRun();
      const { kubectl } = system;

      const began = performance.now();
      await kubectl.run(['delete', 'uplan', 'os', '--namespace', namespace, `--cascade=${cascade}`, '--timeout=120s']);
      const seconds = Math.round((performance.now() - began) / 1000);

      const deliveries = await system.deliveries(namespace);
      const nodes = deliveries[0]?.notification.nodes ?? [];
      print(
        `${cascade}: gone after ${seconds} s; ${nodes.map((node) => `${node.name} ${node.state} ${node.reason ?? ''}`).join(', ')}`,
      );
      print(deliveries[0]?.notification.text);
      expect(deliveries).toHaveLength(1);
      expect(nodes.map((node) => node.state)).toEqual(['Succeeded', 'NotAttempted', 'NotAttempted']);
      await waitForFreeNodes(kubectl);
      await waitFor(async () => (await readRollout(kubectl, namespace)).batches.length === 0, {
        what: 'the batches to be gone as well',
        timeoutMs: 30_000,
        intervalMs: 500,
      });
    },
    240_000,
  );
});

describe('a namespace that is deleted in mid-run', () => {
  it('goes, and every node is released', async () => {
    const namespace = await startInMidRun();

    const began = performance.now();
    await system.kubectl.run(['delete', 'namespace', namespace, '--timeout=150s']);
    const seconds = Math.round((performance.now() - began) / 1000);

    print(`the namespace was gone after ${seconds} s`);
    await waitForFreeNodes(system.kubectl);
  }, 240_000);
});
