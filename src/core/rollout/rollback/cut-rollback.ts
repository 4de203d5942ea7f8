import type { BatchNode, BatchProcess, BatchVerify, UpgradeBatch } from '../../../api/generated/upgradebatch.ts';
import type { PlanRollback, ProcessVerify, UpgradePlan, UpgradeProcess } from '../../../api/generated/upgradeplan.ts';
import { presentFields } from '../../present-fields.ts';
import { counted } from '../../text.ts';
import { nodeDetailOf } from '../batch/batch-node.ts';
import { batchObject } from '../batch/build-batch.ts';
import type { Manifest } from '../model/command.ts';
import { MAX_NODE_PROCESSES, nextIndex } from '../batch/cut-batch.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { PlanSnapshot } from '../model/snapshot.ts';
import { nodeChanges, type NodeChange } from '../records/node-changes.ts';

/** What is rolled back and, once that is decided, when it was decided. */
export type RollbackScope = Pick<PlanRollback, 'scope' | 'batch'> & { readonly time?: string };

/** The nodes that one batch has changed and that are rolled back together, in the order of their turns. */
export interface RollbackCut {
  readonly of: UpgradeBatch;
  readonly changes: readonly NodeChange[];
}

/** The version that a node is rolled back to. Undefined if the node already had the plan's version: what else has changed is not known. */
export function earlierVersion(change: NodeChange, plan: UpgradePlan): string | undefined {
  const { fromVersion } = change;
  return fromVersion === plan.spec.version || fromVersion === '' ? undefined : fromVersion;
}

/** Whether at least one process that changed the node can be rolled back. */
export function canRollBack(change: NodeChange, plan: UpgradePlan): boolean {
  const templates = plan.spec.processes.filter((process) => process.job?.rollback !== undefined);
  return earlierVersion(change, plan) !== undefined && templates.some(({ name }) => change.processes.has(name));
}

/**
 * What is left to roll back: the newest batch first; in it quarantined nodes first, because they count towards `maxUnavailable`, then the other
 * nodes in reverse order. A node that had its turn in this rollback is not included again.
 */
export function rollbackCuts(
  snapshot: PlanSnapshot,
  fleet: Fleet,
  { scope, batch, time }: RollbackScope,
): readonly RollbackCut[] {
  const left = [...nodeChanges(fleet.batches).values()].filter(
    (change) =>
      (scope === 'Plan' || change.batch.metadata.name === batch) &&
      (time === undefined || change.handled !== time) &&
      change.processes.size > 0 &&
      snapshot.nodes.get(change.name)?.uid === change.uid,
  );
  const byBatch = Map.groupBy(left, (change) => change.batch);
  return [...byBatch]
    .toSorted(([a], [b]) => b.spec.index - a.spec.index)
    .map(([of, changes]) => ({ of, changes: inOrder(snapshot, of, changes) }));
}

function inOrder({ nodes }: PlanSnapshot, of: UpgradeBatch, changes: readonly NodeChange[]): readonly NodeChange[] {
  const position = new Map(of.spec.nodes.map((entry, index) => [entry.name, index]));
  const isUp = ({ name }: NodeChange): number => (nodes.get(name)?.quarantine === undefined ? 1 : 0);
  return changes.toSorted((a, b) => isUp(a) - isUp(b) || (position.get(b.name) ?? 0) - (position.get(a.name) ?? 0));
}

/** The UpgradeBatch that rolls back another one: as many of its nodes as fit into one batch. */
export function buildRollback(snapshot: PlanSnapshot, fleet: Fleet, { of, changes }: RollbackCut, decidedTime: string): Manifest {
  const { plan, revision } = snapshot;
  const nodes = fill(snapshot, changes);
  const used = new Set(nodes.flatMap((node) => node.processes));
  const processes = plan.spec.processes.filter((process) => used.has(process.name)).toReversed();
  const { step, stepName, domain } = of.spec;
  return batchObject(
    snapshot,
    presentFields({
      plan: plan.metadata.name,
      planUid: plan.metadata.uid,
      revision,
      version: of.spec.version,
      index: nextIndex(snapshot),
      step,
      stepName,
      domain,
      planNodes: fleet.planNodes,
      retriesPerNode: plan.spec.failure.retriesPerNode,
      failedNodes: plan.spec.failure.failedNodes,
      rollback: { batch: of.metadata.name, decidedTime },
      nodes,
      processes: processes.map(rollbackProcess),
      drain: plan.spec.drain,
    }),
  );
}

function fill({ plan, nodes }: PlanSnapshot, changes: readonly NodeChange[]): readonly BatchNode[] {
  const filled: BatchNode[] = [];
  let work = 0;
  for (const change of changes) {
    work += change.processes.size;
    if (work > MAX_NODE_PROCESSES) break;
    const processes = plan.spec.processes.map(({ name }) => name).filter((name) => change.processes.has(name));
    const node = nodes.get(change.name);
    const detail = node === undefined ? {} : nodeDetailOf(plan, node);
    const fromVersion = earlierVersion(change, plan);
    filled.push(presentFields({ name: change.name, uid: change.uid, processes: processes.toReversed(), fromVersion, ...detail }));
  }
  return filled;
}

/**
 * The rollback of a process; without a template if the process has none. Its duration is learned separately, and if it is overdue that is only
 * reported until its deadline.
 */
function rollbackProcess({ name, disruption, report, timing, rerun, job, verify }: UpgradeProcess): BatchProcess {
  const { deadlineSeconds, rebootSeconds, silenceSeconds } = timing;
  const times = presentFields({ rebootSeconds, silenceSeconds });
  const work = { name, disruption, report, deadlineSeconds, onOverdue: 'Alert', rerun } as const;
  const template = job?.rollback?.template;
  if (template === undefined) return work;
  return {
    ...work,
    ...(Object.keys(times).length === 0 ? {} : { timing: times }),
    template,
    ...(verify === undefined ? {} : { verify: rollbackVerify(verify) }),
  };
}

const VERSION_VARIABLE = '$(BATON_VERSION)';

/**
 * The parts of a `verify` that apply to a rollback: those that refer to the version, which is then the earlier one. Fixed texts and the Job
 * describe only the result of the upgrade.
 */
function rollbackVerify(verify: ProcessVerify): BatchVerify {
  const { daemonSetsReady, stableSeconds, timeoutSeconds, nodeLabels, kernelVersion, osImage } = verify;
  const { kubeletVersion, containerRuntimeVersion } = verify;
  const ofVersion = (text: string | undefined): string | undefined =>
    text?.includes(VERSION_VARIABLE) === true ? text : undefined;
  const labels = Object.entries(nodeLabels ?? {}).filter(([, value]) => value.includes(VERSION_VARIABLE));
  return presentFields({
    kernelVersion: ofVersion(kernelVersion),
    osImage: ofVersion(osImage),
    kubeletVersion: ofVersion(kubeletVersion),
    containerRuntimeVersion: ofVersion(containerRuntimeVersion),
    nodeLabels: labels.length === 0 ? undefined : Object.fromEntries(labels),
    daemonSetsReady,
    stableSeconds,
    timeoutSeconds,
  });
}

/** The size of a rollback, as in `3 nodes of 2 batches`. */
export function describeExtent(cuts: readonly RollbackCut[]): string {
  const nodes = cuts.reduce((sum, cut) => sum + cut.changes.length, 0);
  return `${counted(nodes, 'node')} of ${cuts.length === 1 ? (cuts[0]?.of.metadata.name ?? '') : `${cuts.length} batches`}`;
}
