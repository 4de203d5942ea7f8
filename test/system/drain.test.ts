import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NodeRecord } from '../../src/api/generated/upgradebatch.ts';
import type { DrainPolicy } from '../../src/api/generated/upgradeplan.ts';
import { waitFor } from '../cluster/wait-for.ts';
import { budgetManifest, deploymentManifest, type Application } from '../support/applications.ts';
import { nodesNamed, planManifest } from '../support/fleet.ts';
import { batonNamespace } from '../support/installation.ts';
import type { Pod } from '../support/kubernetes-objects.ts';
import { print } from '../support/print.ts';
import { waitForRollout, type Rollout } from '../support/rollout.ts';
import { work } from '../support/scripts.ts';
import { openSystem, openTimeoutMs, type System } from '../support/system-cluster.ts';

let system: System;
let namespace: string;

beforeAll(async () => {
  system = await openSystem();
  namespace = await system.createNamespace({ secret: false });
}, openTimeoutMs);
afterAll(() => system.close(), 180_000);

const app = (name: string, node: string, more: Partial<Application> = {}): Application => ({ namespace, name, node, ...more });

/** Makes objects and waits until the one Pod of the application runs. */
async function run(application: Application, ...objects: readonly unknown[]): Promise<Pod> {
  await system.kubectl.apply(...objects);
  return waitFor(
    async () => {
      const pods = await podsOf(application.name);
      return pods.find((pod) => pod.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True'));
    },
    { what: `the Pod of ${application.name} to run`, timeoutMs: 60_000, intervalMs: 300 },
  );
}

async function podsOf(name: string): Promise<readonly Pod[]> {
  return system.kubectl.list<Pod>('pods', namespace, `app=${name}`);
}

/** A plan for one node, named after what it is about. */
async function upgrade(name: string, node: string, drain: Partial<DrainPolicy>): Promise<void> {
  await system.kubectl.apply(
    planManifest({
      namespace,
      name,
      nodeSelector: nodesNamed(node),
      batches: [{ size: 1 }],
      processes: [{ name: 'os', script: work(1) }],
      drain,
    }),
  );
}

function recordOf({ batches }: Rollout): NodeRecord | undefined {
  return batches[0]?.status?.nodes?.[0];
}

/** Waits for the node's record to be as it is wanted. */
async function recordWhere(name: string, what: string, holds: (record: NodeRecord) => boolean): Promise<NodeRecord> {
  const rollout = await waitForRollout(system.kubectl, {
    namespace,
    name,
    what,
    timeoutMs: 90_000,
    until: (seen) => {
      const record = recordOf(seen);
      return record !== undefined && holds(record);
    },
  });
  const record = recordOf(rollout);
  print(`${name}: ${record?.state ?? ''} ${record?.reason ?? ''} ${record?.message ?? ''}`);
  return record ?? { name: '', state: 'Pending' };
}

const ended = ({ state }: NodeRecord): boolean => state === 'Succeeded' || state === 'Failed';

describe('A drain on a real node', () => {
  it('drain.force: deletes past its budget, after the timeout, a Pod that it names', async () => {
    const cache = app('cache', 'node-2', { labels: { tier: 'cache' } });
    const pod = await run(cache, deploymentManifest(cache), budgetManifest(cache));
    await upgrade('force', 'node-2', { timeoutSeconds: 8, force: { podSelector: { matchLabels: { tier: 'cache' } } } });

    await recordWhere('force', 'the budget to be on record', (record) => record.drain?.budget === 'cache-budget');
    expect((await podsOf('cache')).map(({ metadata }) => metadata.uid)).toEqual([pod.metadata.uid]);
    const record = await recordWhere('force', 'the node to be done', ended);
    expect(record.state).toBe('Succeeded');
    expect((await podsOf('cache')).map(({ metadata }) => metadata.uid)).not.toContain(pod.metadata.uid);
  }, 120_000);

  it('moves the operator last of all from its own node, and the rollout goes on', async () => {
    const before = await operatorPod();
    const home = before.spec.nodeName ?? '';
    const other = home === 'node-1' ? 'node-2' : 'node-1';
    const nodeSelector = nodesNamed(home, other);
    const processes = [{ name: 'os', script: work(1) }];
    // The applications of the other tests are on these nodes.
    const ignore = { podSelector: { matchExpressions: [{ key: 'app', operator: 'Exists' as const }] } };
    const batches = [{ size: 2 }];
    const plan = { namespace, name: 'operator', nodeSelector, batches, processes, drain: { ignore } };
    await system.kubectl.apply(planManifest(plan));

    const { batches: done } = await waitForRollout(system.kubectl, {
      namespace,
      name: 'operator',
      what: 'both nodes to be done',
      until: (seen) => seen.plan?.status?.summary === 'Succeeded',
    });
    expect(done[0]?.status?.nodes?.map(({ state }) => state)).toEqual(['Succeeded', 'Succeeded']);
    const after = await operatorPod();
    print(`the operator was on ${home} and is on ${after.spec.nodeName ?? 'no node'}`);
    expect(after.metadata.uid).not.toBe(before.metadata.uid);
  }, 180_000);
});

/** The operator's Pod that is there to stay. */
async function operatorPod(): Promise<Pod> {
  const pods = await system.kubectl.list<Pod>('pods', batonNamespace, 'app.kubernetes.io/component=operator');
  const pod = pods.find(({ metadata }) => metadata.deletionTimestamp === undefined);
  if (pod === undefined) throw new Error('the operator has no Pod');
  return pod;
}
