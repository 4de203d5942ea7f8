import { COMPONENTS, LABELS } from '../../../../../src/api/names.ts';
import type { UpgradeBatch, UpgradeBatchStatus } from '../../../../../src/api/generated/upgradebatch.ts';
import type { UpgradePlan, UpgradePlanStatus } from '../../../../../src/api/generated/upgradeplan.ts';
import type { StoredJob, StoredLease, StoredNode, StoredPod } from '../../../../../src/simulator/invariants/stored-objects.ts';
import { aTurn, PLAN_UID, START } from '../../../core/rollout/support/objects.ts';

/** A worker that is Ready. */
export function aStoredNode(name: string, changes: Partial<StoredNode> = {}): StoredNode {
  return {
    name,
    uid: `uid-of-${name}`,
    labels: { role: 'worker' },
    createdTime: START - 86_400_000,
    ready: true,
    unschedulable: false,
    controlPlane: false,
    leaving: false,
    kernelVersion: '12.8-amd64',
    claim: undefined,
    turn: undefined,
    quarantine: undefined,
    failedTaint: false,
    outdatedBy: undefined,
    kept: [],
    done: {},
    ...changes,
  };
}

/** The same in its turn. */
export function inTurn(name: string, changes: Partial<StoredNode> = {}): StoredNode {
  return aStoredNode(name, { claim: PLAN_UID, turn: aTurn(), unschedulable: true, ...changes });
}

/** The Job of the process `os` on a node. */
export function aStoredJob(node: string, changes: Partial<StoredJob> = {}): StoredJob {
  return {
    uid: `job-on-${node}`,
    namespace: 'fleet',
    name: `job-on-${node}`,
    node,
    nodeUid: `uid-of-${node}`,
    planUid: PLAN_UID,
    batchUid: 'uid-of-os-aaaa-1',
    process: 'os',
    attempt: 1,
    outcome: 'Active',
    component: COMPONENTS.upgrade,
    ...changes,
  };
}

/** The Pod of an application. */
export function aStoredPod(name: string, node: string, changes: Partial<StoredPod> = {}): StoredPod {
  return {
    uid: `uid-of-${name}`,
    namespace: 'app',
    name,
    node,
    labels: {},
    annotations: {},
    phase: 'Running',
    deleting: false,
    controllerKind: 'ReplicaSet',
    emptyDir: false,
    started: true,
    ...changes,
  };
}

/** The Pod of a Job. */
export function aJobPod(node: string, changes: Partial<StoredPod> = {}): StoredPod {
  const labels = {
    [LABELS.component]: COMPONENTS.upgrade,
    [LABELS.batchUid]: 'uid-of-os-aaaa-1',
    [LABELS.nodeUid]: `uid-of-${node}`,
  };
  return aStoredPod(`job-pod-on-${node}`, node, { labels, controllerKind: 'Job', ...changes });
}

/** The plan's Lease. */
export function aStoredLease(holder: string, changes: Partial<StoredLease> = {}): StoredLease {
  return { uid: 'lease', planUid: PLAN_UID, group: undefined, holder, batchUid: 'uid-of-os-aaaa-1', ...changes };
}

/** A plan with a status. */
export function withStatus(plan: UpgradePlan, status: UpgradePlanStatus): UpgradePlan {
  return { ...plan, status };
}

/** A batch with a status. */
export function batchWith(batch: UpgradeBatch, status: UpgradeBatchStatus): UpgradeBatch {
  return { ...batch, status };
}
