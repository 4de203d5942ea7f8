import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NodeRecord } from '../../src/api/generated/upgradebatch.ts';
import type { UpgradePlan, UpgradeProcess } from '../../src/api/generated/upgradeplan.ts';
import { waitFor } from '../cluster/wait-for.ts';
import { followAuditLog } from '../support/audit-log.ts';
import { nodesNamed, planManifest, upgradeRepository, upgradeVersion } from '../support/fleet.ts';
import { batonNamespace } from '../support/installation.ts';
import { findCondition, type Pod } from '../support/kubernetes-objects.ts';
import { operatorUser } from '../support/operator-process.ts';
import { print } from '../support/print.ts';
import { waitForRollout, type Rollout } from '../support/rollout.ts';
import { openSystem, openTimeoutMs, releaseNodes, waitForFreeNodes, type System } from '../support/system-cluster.ts';

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
  readonly command?: string;
  readonly updateStrategy?: string;
}

/** A DaemonSet for some nodes, whose Pods take some seconds to be Ready. */
function daemonSetManifest(
  name: string,
  { nodes, version, command = 'sleep 86400', updateStrategy = 'OnDelete' }: DaemonSetSpec,
): unknown {
  const container = {
    name: 'daemon',
    image: `${upgradeRepository}:${upgradeVersion}`,
    imagePullPolicy: 'IfNotPresent',
    command: ['sh', '-c', command],
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
      updateStrategy: { type: updateStrategy },
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
async function upgrade(name: string, nodes: readonly string[], more: Partial<UpgradeProcess> = {}): Promise<void> {
  const plan = planManifest({
    namespace,
    name,
    nodeSelector: nodesNamed(...nodes),
    batches: [{ size: 1 }, { size: 5 }],
    processes: [{ name: 'daemon', disruption: 'None' }],
  }) as UpgradePlan;
  const { job: _job, ...process } = plan.spec.processes[0]!;
  const processes = [{ ...process, daemonSet: { namespace: sets, name }, ...more }];
  await system.kubectl.apply({ ...plan, spec: { ...plan.spec, processes } });
}

function recordsOf({ batches }: Rollout): ReadonlyMap<string, NodeRecord> {
  return new Map(batches.flatMap((batch) => (batch.status?.nodes ?? []).map((record) => [record.name, record])));
}

const until = (name: string, what: string, holds: (rollout: Rollout) => boolean): Promise<Rollout> =>
  waitForRollout(system.kubectl, { namespace, name, what, until: holds, timeoutMs: 120_000 });

const hasEnded = ({ plan }: Rollout): boolean => plan?.status?.summary === 'Succeeded' || plan?.status?.summary === 'Failed';

const uidOn = (pods: ReadonlyMap<string, Pod>, node: string): string | undefined => pods.get(node)?.metadata.uid;
const revisionOn = (pods: ReadonlyMap<string, Pod>, node: string): string | undefined => pods.get(node)?.metadata.labels?.[HASH];

/** Both nodes succeeded, and neither began before the other had ended. */
function expectOneAfterTheOther(records: readonly NodeRecord[]): void {
  const [one, two] = records.toSorted((a, b) => (a.startTime ?? '').localeCompare(b.startTime ?? ''));
  for (const record of [one, two]) expect(record).toMatchObject({ state: 'Succeeded' });
  print(`${one?.startTime ?? ''} to ${one?.endTime ?? ''}, then ${two?.startTime ?? ''} to ${two?.endTime ?? ''}`);
  expect(Date.parse(two?.startTime ?? '')).toBeGreaterThanOrEqual(Date.parse(one?.endTime ?? ''));
}

/** Kills the operator where it is: its Pod has no time for anything. */
async function killOperator(): Promise<void> {
  const pods = ['pods', '--selector=app.kubernetes.io/component=operator', '--namespace', batonNamespace];
  await system.kubectl.run(['delete', ...pods, '--grace-period=0', '--force']);
}

describe('daemonSet', () => {
  it('daemonSet: Pods are replaced node by node, once, though the operator is killed; nodes that need nothing are skipped', async () => {
    const nodes = ['node-1', 'node-2', 'node-3'];
    await system.kubectl.apply(daemonSetManifest('cni', { nodes, version: 1 }));
    await readyPods('cni', nodes);
    await system.kubectl.apply(daemonSetManifest('cni', { nodes, version: 2 }));
    // One node has the new revision before the plan comes.
    await system.kubectl.run(['delete', 'pod', (await podsOf('cni')).get('node-3')!.metadata.name, '--namespace', sets]);
    const before = await readyPods('cni', nodes);
    const requests = followAuditLog(system.cluster.auditLogPath);
    try {
      await upgrade('cni', [...nodes, 'node-4']);
      const started = await until('cni', 'the first Pod to be replaced', ({ batches }) =>
        (batches[0]?.status?.nodes ?? []).some(({ state, processes }) => state === 'Upgrading' && processes !== undefined),
      );
      const first = started.batches[0]?.status?.nodes?.[0];
      print(`killing the operator: ${first?.name ?? ''} ${first?.message ?? ''}`);
      await killOperator();

      const end = await until('cni', 'the plan to succeed', hasEnded);

      expect(end.plan?.status).toMatchObject({ summary: 'Succeeded', reason: 'SomeSkipped', progress: '3/4' });
      const records = recordsOf(end);
      expect(records.get('node-3')).toMatchObject({ state: 'Skipped', reason: 'AlreadyCurrent' });
      expect(records.get('node-4')).toMatchObject({ state: 'Skipped', reason: 'NothingToRun' });
      expectOneAfterTheOther(['node-1', 'node-2'].map((node) => records.get(node)!));
      const after = await podsOf('cni');
      expect(uidOn(after, 'node-3')).toBe(uidOn(before, 'node-3'));
      for (const node of ['node-1', 'node-2']) {
        expect(revisionOn(before, node)).not.toBe(revisionOn(before, 'node-3'));
        expect(revisionOn(after, node)).toBe(revisionOn(before, 'node-3'));
        expect(isReady(after.get(node))).toBe(true);
      }
      const deleted = requests.read().flatMap(({ verb, user, objectRef }) => {
        const isOurs = verb === 'delete' && user.username === operatorUser && objectRef?.namespace === sets;
        return isOurs ? [objectRef.name] : [];
      });
      expect([...new Set(deleted)].sort()).toEqual(['node-1', 'node-2'].map((node) => before.get(node)?.metadata.name).sort());
    } finally {
      requests.close();
    }
    await waitForFreeNodes(system.kubectl);
  }, 300_000);

  it('daemonSet: one that rolls out by itself, or does not exist, is rejected until that is corrected', async () => {
    const nodes = ['node-1', 'node-2'];
    await upgrade('csi', nodes);
    const accepted = ({ plan }: Rollout): ReturnType<typeof findCondition> =>
      plan === undefined ? undefined : findCondition(plan, 'Accepted');
    const missing = await until(
      'csi',
      'the DaemonSet to be missed',
      (rollout) => accepted(rollout)?.reason === 'DaemonSetMissing',
    );
    expect(missing.plan?.status).toMatchObject({ summary: 'Invalid' });

    await system.kubectl.apply(daemonSetManifest('csi', { nodes, version: 1, updateStrategy: 'RollingUpdate' }));
    const refused = await until('csi', 'it to be refused', (rollout) => accepted(rollout)?.reason === 'DaemonSetNotOnDelete');
    expect(accepted(refused)?.message).toContain(
      `DaemonSet ${sets}/csi has updateStrategy RollingUpdate and rolls out by itself`,
    );
    expect(refused.batches).toEqual([]);

    await readyPods('csi', nodes);
    await system.kubectl.apply(daemonSetManifest('csi', { nodes, version: 1 }));
    const end = await until('csi', 'the plan to succeed', hasEnded);
    expect([...recordsOf(end).values()]).toMatchObject(nodes.map(() => ({ state: 'Skipped', reason: 'AlreadyCurrent' })));
  }, 240_000);

  it('daemonSet: a Pod that crash loops until the deadline fails the node, and the message says so', async () => {
    await system.kubectl.apply(daemonSetManifest('broken', { nodes: ['node-5'], version: 1 }));
    await readyPods('broken', ['node-5']);
    await system.kubectl.apply(daemonSetManifest('broken', { nodes: ['node-5'], version: 2, command: 'exit 3' }));

    await upgrade('broken', ['node-5'], { timing: { deadlineSeconds: 15 } });

    const failed = await until('broken', 'the node to fail', (rollout) => recordsOf(rollout).get('node-5')?.state === 'Failed');
    const record = recordsOf(failed).get('node-5');
    print(record?.message);
    expect(record).toMatchObject({ reason: 'DeadlineExceeded', quarantined: true });
    expect(record?.message).toMatch(/^not Ready within 15 s: Pod \S+ is not Ready: (CrashLoopBackOff|exit code 3)/);
    await releaseNodes(system.kubectl, { namespace, plan: 'broken', nodes: ['node-5'] });
  }, 180_000);
});
