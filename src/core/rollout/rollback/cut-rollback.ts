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

/** What a rollback takes back, and when it was decided. */
export type RollbackScope = Pick<PlanRollback, 'scope' | 'batch'> & { readonly time?: string };

/** The nodes that one batch has changed and that go back together, in the order of their turns. */
export interface RollbackCut {
  readonly of: UpgradeBatch;
  readonly changes: readonly NodeChange[];
}

/** The version that a node goes back to. One that came from the plan's own version has none: what else was different is not known. */
export function earlierVersion(change: NodeChange, plan: UpgradePlan): string | undefined {
  const { fromVersion } = change;
  return fromVersion === plan.spec.version || fromVersion === '' ? undefined : fromVersion;
}

/** Whether anything of what was done to the node can be taken back. */
export function canRollBack(change: NodeChange, plan: UpgradePlan): boolean {
  const templates = plan.spec.processes.filter((process) => process.job?.rollback !== undefined);
  return earlierVersion(change, plan) !== undefined && templates.some(({ name }) => change.processes.has(name));
}

/**
 * What is left to be taken back: the newest batch first, and in it the nodes that are down since they failed before those that are up,
 * for they use up `maxUnavailable`, then the last first. A node that had its outcome in this rollback is not asked again.
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
  const place = new Map(of.spec.nodes.map((entry, index) => [entry.name, index]));
  const isUp = ({ name }: NodeChange): number => (nodes.get(name)?.quarantine === undefined ? 1 : 0);
  return changes.toSorted((a, b) => isUp(a) - isUp(b) || (place.get(b.name) ?? 0) - (place.get(a.name) ?? 0));
}

/** The UpgradeBatch that takes back what another one did: as much of it as one batch can hold. */
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
      processes: processes.map(processBack),
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
 * A process as it is taken back; without a template where nothing does that. How long it takes is learned anew, and a rollback that takes long is
 * told, and not ended before its deadline.
 */
function processBack({ name, disruption, report, timing, rerun, job, verify }: UpgradeProcess): BatchProcess {
  const { deadlineSeconds, rebootSeconds, silenceSeconds } = timing;
  const times = presentFields({ rebootSeconds, silenceSeconds });
  const work = { name, disruption, report, deadlineSeconds, onOverdue: 'Alert', rerun } as const;
  const template = job?.rollback?.template;
  if (template === undefined) return work;
  return {
    ...work,
    ...(Object.keys(times).length === 0 ? {} : { timing: times }),
    template,
    ...(verify === undefined ? {} : { verify: verifyBack(verify) }),
  };
}

const NAMES_VERSION = '$(BATON_VERSION)';

/**
 * What of a `verify` can be asked of a node that goes back: what names the version, which is the earlier one then. What is compared with a
 * fixed text, and the Job, know only what the upgrade brings.
 */
function verifyBack(verify: ProcessVerify): BatchVerify {
  const { daemonSetsReady, stableSeconds, timeoutSeconds, nodeLabels, kernelVersion, osImage } = verify;
  const { kubeletVersion, containerRuntimeVersion } = verify;
  const named = (text: string | undefined): string | undefined => (text?.includes(NAMES_VERSION) === true ? text : undefined);
  const labels = Object.entries(nodeLabels ?? {}).filter(([, value]) => value.includes(NAMES_VERSION));
  return presentFields({
    kernelVersion: named(kernelVersion),
    osImage: named(osImage),
    kubeletVersion: named(kubeletVersion),
    containerRuntimeVersion: named(containerRuntimeVersion),
    nodeLabels: labels.length === 0 ? undefined : Object.fromEntries(labels),
    daemonSetsReady,
    stableSeconds,
    timeoutSeconds,
  });
}

/** How many nodes some cuts have, in how many batches. */
export function describeExtent(cuts: readonly RollbackCut[]): string {
  const nodes = cuts.reduce((sum, cut) => sum + cut.changes.length, 0);
  return `${counted(nodes, 'node')} of ${cuts.length === 1 ? (cuts[0]?.of.metadata.name ?? '') : `${cuts.length} batches`}`;
}
