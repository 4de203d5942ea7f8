import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LABELS } from '../../src/api/names.ts';
import { waitFor } from '../cluster/wait-for.ts';
import { followAuditLog } from '../support/audit-log.ts';
import { nodesNamed, planManifest, type FleetProcess } from '../support/fleet.ts';
import type { Event, Node, Pod } from '../support/kubernetes-objects.ts';
import { print } from '../support/print.ts';
import { startRegistry, type Registry } from '../support/registry.ts';
import { waitForRollout, type Rollout } from '../support/rollout.ts';
import { work } from '../support/scripts.ts';
import { openSystem, openTimeoutMs, waitForFreeNodes, type System } from '../support/system-cluster.ts';

const nodes = ['node-1', 'node-2'];

let system: System;
let registry: Registry;
let namespace: string;

beforeAll(async () => {
  system = await openSystem();
  registry = await startRegistry(system.cluster.hostAddress);
  for (const name of nodes) registry.introduceTo(system.node(name));
  namespace = await system.createNamespace({ secret: false });
  await system.kubectl.apply(registry.pullSecret(namespace, 'registry'));
}, openTimeoutMs);
afterAll(async () => {
  await system.close();
  await registry.close();
}, 180_000);

/** A plan for node-1 and then node-2, named after what it is about. */
async function upgrade(name: string, processes: readonly FleetProcess[]): Promise<void> {
  const pod = { imagePullSecrets: [{ name: 'registry' }] };
  await system.kubectl.apply(
    planManifest({
      namespace,
      name,
      nodeSelector: nodesNamed(...nodes),
      batches: [{ size: 1 }],
      // Domains go by name, so it is known who is next.
      more: { oneDomainAtATime: { topologyKey: 'kubernetes.io/hostname' } },
      processes: processes.map((process) => ({ disruption: 'None', pod, ...process })),
    }),
  );
}

function until(name: string, what: string, holds: (rollout: Rollout) => boolean): Promise<Rollout> {
  return waitForRollout(system.kubectl, { namespace, name, what, until: holds, timeoutMs: 90_000 });
}

async function imagesOn(name: string): Promise<readonly string[]> {
  const node = await system.kubectl.get<Node>('node', name);
  return (node?.status.images ?? []).flatMap(({ names }) => names ?? []);
}

async function pullPods(): Promise<readonly Pod[]> {
  return system.kubectl.list<Pod>('pods', namespace, LABELS.prePull);
}

async function waitForNoPullPods(): Promise<void> {
  const gone = { what: 'the Pods that pull to be gone', timeoutMs: 30_000, intervalMs: 300 };
  await waitFor(async () => (await pullPods()).length === 0, gone);
}

describe('prePull', () => {
  it("prePull: the next batch's node has the image before its turn, with the template's pull secret, and nothing of it ran", async () => {
    expect(await imagesOn('node-2')).not.toContain(registry.image);
    const requests = followAuditLog(system.cluster.auditLogPath);
    await upgrade('ahead', [{ name: 'os', image: registry.image, script: work(20) }]);

    const isOver = ({ plan }: Rollout): boolean =>
      plan?.status?.prePull?.done === 1 || plan?.status?.prePull?.message !== undefined;
    const { plan, batches } = await until('ahead', 'the pull to be over', isOver);
    expect(plan?.status?.prePull).toEqual({ batch: 2, revision: plan?.status?.revision, nodes: 1, done: 1 });
    await waitFor(async () => (await imagesOn('node-2')).includes(registry.image), {
      ...{ what: 'node-2 to have the image', timeoutMs: 60_000, intervalMs: 300 },
    });
    await waitForNoPullPods();

    expect(batches.flatMap(({ status }) => status?.nodes ?? [])).toMatchObject([{ name: 'node-1', state: 'Upgrading' }]);
    await until('ahead', 'the plan to succeed', (rollout) => rollout.plan?.status?.summary === 'Succeeded');
    const writes = requests.read().flatMap(({ verb, objectRef, responseStatus }) => {
      const isPod = objectRef?.resource === 'pods' && objectRef.namespace === namespace && objectRef.subresource === undefined;
      return isPod && /^(create|deletecollection)$/.test(verb) && (responseStatus?.code ?? 500) < 300 ? [verb] : [];
    });
    requests.close();
    print(`writes of Pods in the namespace: ${writes.join(', ')}`);
    await waitForFreeNodes(system.kubectl);
  }, 180_000);

  it('prePull: an image that is nowhere is told before the turn and stops nothing; a paused plan pulls nothing', async () => {
    await upgrade('missing', [
      { name: 'os', image: registry.image, script: work(25), nodeSelector: { 'kubernetes.io/hostname': 'node-1' } },
      { name: 'firmware', image: registry.missingImage, nodeSelector: { 'kubernetes.io/hostname': 'node-2' } },
    ]);

    const told = await until('missing', 'the failure to be told', ({ plan }) => plan?.status?.prePull?.message !== undefined);
    const message = told.plan?.status?.prePull?.message ?? '';
    print(message);
    expect(message).toMatch(/^cannot pull images on 1 node of batch 2 \(node-2\); node-2: (ErrImagePull|ImagePullBackOff): /);
    expect(message).toContain(registry.missingImage);
    expect(told.plan?.status?.summary).toBe('Running');
    const events = await system.kubectl.list<Event>('events.v1.events.k8s.io', namespace);
    expect(events.find(({ reason }) => reason === 'PrePullFailed')).toMatchObject({
      type: 'Warning',
      regarding: { kind: 'UpgradePlan', name: 'missing' },
    });

    await system.kubectl.run(['patch', 'uplan', 'missing', '-n', namespace, '--type=merge', '-p', '{"spec":{"paused":true}}']);
    await waitForNoPullPods();
    await until('missing', 'the first batch to be done', ({ batches }) => batches[0]?.status?.nodes?.[0]?.state === 'Succeeded');
    await waitForFreeNodes(system.kubectl);
  }, 180_000);
});
