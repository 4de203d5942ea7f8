import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NodeRecord } from '../../src/api/generated/upgradebatch.ts';
import type { UpgradePlan } from '../../src/api/generated/upgradeplan.ts';
import { waitFor } from '../cluster/wait-for.ts';
import { nodesNamed, planManifest, upgradeRepository, upgradeVersion } from '../support/fleet.ts';
import type { Pod } from '../support/kubernetes-objects.ts';
import { print } from '../support/print.ts';
import { waitForRollout, type Rollout } from '../support/rollout.ts';
import { openSystem, openTimeoutMs, waitForFreeNodes, type System } from '../support/system-cluster.ts';

let system: System;
/** Of the plans, and of the DaemonSets. */
let namespace: string;
let sets: string;

beforeAll(async () => {
  system = await openSystem();
  namespace = await system.createNamespace({ secret: false });
  sets = await system.createNamespace({ secret: false });
}, openTimeoutMs);
afterAll(() => system.close(), 180_000);

const HASH = 'controller-revision-hash';

interface DaemonSetSpec {
  readonly nodes: readonly string[];
  /** What its template differs in. */
  readonly version: number;
}

/** A DaemonSet for some nodes, whose Pods take some seconds to be Ready. */
function daemonSetManifest(name: string, { nodes, version }: DaemonSetSpec): unknown {
  const container = {
    name: 'daemon',
    image: `${upgradeRepository}:${upgradeVersion}`,
    imagePullPolicy: 'IfNotPresent',
    command: ['sh', '-c', 'sleep 86400'],
    env: [{ name: 'VERSION', value: String(version) }],
    readinessProbe: { exec: { command: ['true'] }, initialDelaySeconds: 6, periodSeconds: 1 },
  };
  const podSpec = {
    terminationGracePeriodSeconds: 1,
    affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [nodesNamed(...nodes)] } } },
    containers: [container],
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { namespace: sets, name },
    spec: {
      selector: { matchLabels: { app: name } },
      updateStrategy: { type: 'OnDelete' },
      template: { metadata: { labels: { app: name } }, spec: podSpec },
    },
  };
}

/** The Pods of a DaemonSet by node. */
async function podsOf(name: string): Promise<ReadonlyMap<string, Pod>> {
  const pods = await system.kubectl.list<Pod>('pods', sets, `app=${name}`);
  return new Map(pods.map((pod) => [pod.spec.nodeName ?? '', pod]));
}

function isReady(pod: Pod | undefined): boolean {
  return pod?.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
}

async function readyPods(name: string, nodes: readonly string[]): Promise<ReadonlyMap<string, Pod>> {
  const look = async (): Promise<ReadonlyMap<string, Pod> | undefined> => {
    const pods = await podsOf(name);
    return nodes.every((node) => isReady(pods.get(node))) ? pods : undefined;
  };
  return waitFor(look, { what: `the Pods of ${name} to be Ready`, timeoutMs: 90_000, intervalMs: 300 });
}

/** A plan that is named after its DaemonSet. */
async function upgrade(name: string, nodes: readonly string[]): Promise<void> {
  const plan = planManifest({
    namespace,
    name,
    nodeSelector: nodesNamed(...nodes),
    batches: [{ size: 1 }],
    processes: [{ name: 'daemon', disruption: 'None' }],
  }) as UpgradePlan;
  const { job: _job, ...process } = plan.spec.processes[0]!;
  const processes = [{ ...process, daemonSet: { namespace: sets, name } }];
  await system.kubectl.apply({ ...plan, spec: { ...plan.spec, processes } });
}

function recordsOf({ batches }: Rollout): ReadonlyMap<string, NodeRecord> {
  return new Map(batches.flatMap((batch) => (batch.status?.nodes ?? []).map((record) => [record.name, record])));
}

const until = (name: string, what: string, holds: (rollout: Rollout) => boolean): Promise<Rollout> =>
  waitForRollout(system.kubectl, { namespace, name, what, until: holds, timeoutMs: 120_000 });

const revisionOn = (pods: ReadonlyMap<string, Pod>, node: string): string | undefined => pods.get(node)?.metadata.labels?.[HASH];

/** Both nodes succeeded, and neither began before the other had ended. */
function expectOneAfterTheOther(records: readonly NodeRecord[]): void {
  const [one, two] = records.toSorted((a, b) => (a.startTime ?? '').localeCompare(b.startTime ?? ''));
  for (const record of [one, two]) expect(record).toMatchObject({ state: 'Succeeded' });
  print(`${one?.startTime ?? ''} to ${one?.endTime ?? ''}, then ${two?.startTime ?? ''} to ${two?.endTime ?? ''}`);
  expect(Date.parse(two?.startTime ?? '')).toBeGreaterThanOrEqual(Date.parse(one?.endTime ?? ''));
}

describe('daemonSet', () => {
  it('replaces the Pods of a DaemonSet node by node', async () => {
    const nodes = ['node-1', 'node-2'];
    await system.kubectl.apply(daemonSetManifest('cni', { nodes, version: 1 }));
    const before = await readyPods('cni', nodes);
    await system.kubectl.apply(daemonSetManifest('cni', { nodes, version: 2 }));
    await upgrade('cni', nodes);

    const end = await until('cni', 'the plan to end', ({ plan }) =>
      ['Succeeded', 'Failed'].includes(plan?.status?.summary ?? ''),
    );

    expect(end.plan?.status).toMatchObject({ summary: 'Succeeded', progress: '2/2' });
    const records = recordsOf(end);
    expectOneAfterTheOther(nodes.map((node) => records.get(node)!));
    const after = await podsOf('cni');
    for (const node of nodes) {
      expect(revisionOn(after, node)).not.toBe(revisionOn(before, node));
      expect(isReady(after.get(node))).toBe(true);
    }
    await waitForFreeNodes(system.kubectl);
  }, 180_000);
});
