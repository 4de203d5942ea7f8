import { NODE_REASONS } from '../../../api/conditions.ts';
import type { BatchNode, BatchProcess, NodeRecord, UpgradeBatch } from '../../../api/generated/upgradebatch.ts';
import type { Turn } from '../../../api/marks.ts';
import type { Instant, NodeFact } from '../../facts.ts';
import { cutToBytes, toRfc3339 } from '../../text.ts';
import { versionBefore } from '../fleet/verify.ts';
import type { Command } from '../model/command.ts';
import { whyIdle } from '../fleet/idle-process.ts';
import { isCordonedFor } from '../fleet/drain-policy.ts';
import { downNodes, downReason, maxUnavailable, type Fleet } from '../fleet/fleet.ts';
import type { Hold } from '../model/hold.ts';
import { hasWork, isRollback } from '../records/batch-goal.ts';
import { disrupts, inTurn, isTerminal, processesOf } from '../records/node-record.ts';
import { nodeChanges } from '../records/node-changes.ts';
import type { PlanSnapshot } from '../model/snapshot.ts';

/** What follows for the nodes of a batch that wait for their turn. */
export interface OpenTurnsResult {
  /** Records that change: nodes that are skipped. */
  readonly skipped: ReadonlyMap<string, NodeRecord>;
  readonly commands: readonly Command[];
  readonly hold: Hold | undefined;
  /** The holder of the baton is next: the baton is to go to a node that is done first. */
  readonly holderWaits: boolean;
}

interface TurnsInput {
  readonly snapshot: PlanSnapshot;
  readonly fleet: Fleet;
  readonly batch: UpgradeBatch;
  readonly records: ReadonlyMap<string, NodeRecord>;
  /** Node that holds the baton for this batch, if any. */
  readonly holder: string | undefined;
  /** Whether some other node could take the baton while the holder has its turn, now or later in this batch. */
  readonly holderCanHandOver: boolean;
  /** What keeps this one node from its turn beside these nodes that are down, if anything does. */
  readonly holdTurn: (entry: BatchNode, node: NodeFact, down: readonly NodeFact[]) => Hold | undefined;
  readonly now: Instant;
}

interface Skip {
  readonly reason: string;
  readonly message: string;
}

/** Whether the plan wants nodes that are NotReady to have their turn all the same. */
function includesNotReady({ plan }: PlanSnapshot): boolean {
  return plan.spec.notReadyNodes === 'Include';
}

/** Why a node is skipped when its turn comes. */
function skipReason(input: TurnsInput, node: NodeFact, entry: BatchNode): Skip | undefined {
  const { snapshot, fleet, batch } = input;
  const work = workFor(input, entry);
  if (work === 'None') return { reason: NODE_REASONS.NothingToRun, message: 'no process of the plan is for this node' };
  if (!isRollback(batch) && node.done?.revision === batch.spec.revision)
    return { reason: NODE_REASONS.AlreadyDone, message: `done in ${node.done.batch}` };
  if (!fleet.selected.has(node.name))
    return { reason: NODE_REASONS.NoLongerSelected, message: 'its labels no longer match nodeSelector' };
  if (node.leaving) return { reason: NODE_REASONS.BeingRemoved, message: 'it is being removed from the cluster' };
  if (node.quarantine !== undefined && !goesBackFromQuarantine(batch, node)) {
    const { namespace, plan } = node.quarantine;
    return { reason: NODE_REASONS.Quarantined, message: `quarantined by ${namespace}/${plan}; release it first` };
  }
  if (!node.ready && !includesNotReady(snapshot))
    return { reason: NODE_REASONS.NotReady, message: 'NotReady when its turn came' };
  if (work === 'Succeeded') return { reason: NODE_REASONS.AlreadyDone, message: 'its processes had succeeded before it failed' };
  return isRollback(batch) ? noWayBack(batch, entry) : undefined;
}

/** Why a node of a rollback is left as it is: nothing is guessed. */
function noWayBack(batch: UpgradeBatch, entry: BatchNode): Skip | undefined {
  if (entry.fromVersion === undefined) {
    return { reason: NODE_REASONS.FromVersionUnknown, message: 'nobody knows which version it came from: not rolled back' };
  }
  const ways = processesOf(batch, entry).filter((process) => hasWork(batch, process));
  return ways.length > 0 ? undefined : { reason: NODE_REASONS.NoRollback, message: 'no job.rollback.template: not rolled back' };
}

/** A node that this rollout has put into quarantine is what a rollback is for. */
function goesBackFromQuarantine(batch: UpgradeBatch, node: NodeFact): boolean {
  return isRollback(batch) && node.quarantine?.planUid === batch.spec.planUid;
}

/** The processes that do not find their work done on the node. A rollback runs also where versions are as they were: more may have been changed. */
function stillToRun({ snapshot, batch }: TurnsInput, entry: BatchNode, node: NodeFact): readonly BatchProcess[] {
  if (isRollback(batch)) return processesOf(batch, entry).filter((process) => hasWork(batch, process));
  const wanted = { version: batch.spec.version, daemonSets: snapshot.daemonSets };
  return processesOf(batch, entry).filter((process) => whyIdle(process, node, wanted) === undefined);
}

/** Why no process has anything to do on a node: what is done already comes first. */
function idleReason({ snapshot, batch }: TurnsInput, entry: BatchNode, node: NodeFact): Skip | undefined {
  const wanted = { version: batch.spec.version, daemonSets: snapshot.daemonSets };
  const reasons = processesOf(batch, entry).map((process) => whyIdle(process, node, wanted));
  if (reasons.includes(undefined)) return undefined;
  return reasons.find((idle) => idle?.reason === NODE_REASONS.AlreadyCurrent) ?? reasons[0];
}

/** Records of waiting nodes on which no process has anything to do: they need no turn, and so no leave to go down either. */
function skipIdle(input: TurnsInput, entries: readonly BatchNode[]): Map<string, NodeRecord> {
  const { snapshot, now } = input;
  const skipped = new Map<string, NodeRecord>();
  if (isRollback(input.batch)) return skipped;
  for (const entry of entries) {
    const node = snapshot.nodes.get(entry.name);
    if (node === undefined || node.uid !== entry.uid || node.claim !== undefined) continue;
    if (skipReason(input, node, entry) !== undefined) continue;
    const idle = idleReason(input, entry, node);
    if (idle === undefined) continue;
    skipped.set(node.name, skippedRecord(node, { ...idle, message: cutToBytes(idle.message, 128) }, now));
  }
  return skipped;
}

function skippedRecord(node: NodeFact, skip: Skip, now: Instant): NodeRecord {
  return { name: node.name, state: 'Skipped', ...skip, endTime: toRfc3339(now) };
}

/**
 * Opens turns as far as `maxUnavailable` lets it: a node that is down for any reason counts, the candidate itself does not. At most
 * one control-plane node is down at a time. The holder of the baton goes last, and only after the baton has left it.
 */
export function openTurns(input: TurnsInput): OpenTurnsResult {
  const { snapshot, fleet, batch, records, now } = input;
  const limit = maxUnavailable(snapshot, fleet);
  const down = new Map(downNodes(snapshot, fleet).map((node) => [node.name, node]));
  const commands: Command[] = [];
  let hold: Hold | undefined;
  let holderWaits = false;

  const all = batch.spec.nodes.filter((entry) => isWaiting(records.get(entry.name), snapshot.nodes.get(entry.name), batch));
  const skipped = skipIdle(input, all);
  const candidates = all.filter((entry) => !skipped.has(entry.name));
  const ordered = candidates.toSorted((a, b) => lateness(input, a) - lateness(input, b));
  for (const entry of ordered) {
    const node = snapshot.nodes.get(entry.name);
    if (node === undefined || node.uid !== entry.uid) continue;
    const others = [...down.values()].filter((other) => other.name !== node.name);
    if (node.claim !== undefined) {
      hold ??= waiting('ClaimedByOthers', `${node.name} is in the turn of another plan or batch`);
      continue;
    }
    if (others.length + 1 > limit) {
      hold ??= waiting('MaxUnavailableReached', `${describeDown(others)} of maxUnavailable ${limit}`);
      // A node that is down anyway takes nothing more away: it may be next although those before it have to wait.
      if (includesNotReady(snapshot)) continue;
      break;
    }
    const skip = skipReason(input, node, entry);
    if (skip !== undefined) {
      skipped.set(node.name, skippedRecord(node, skip, now));
      continue;
    }
    const controlPlane = node.controlPlane ? others.find((other) => other.controlPlane) : undefined;
    if (controlPlane !== undefined) {
      hold ??= waiting('MaxUnavailableReached', `${controlPlane.name} is down; control-plane nodes go one at a time`);
      continue;
    }
    const held = input.holdTurn(entry, node, others);
    if (held !== undefined) {
      hold ??= held;
      continue;
    }
    const toRun = stillToRun(input, entry, node);
    if (node.name === input.holder && disrupts(toRun) && input.holderCanHandOver) {
      holderWaits = true;
      hold ??= batonMoving(`the baton leaves ${node.name} before its own turn`);
      continue;
    }
    const cordon = isCordonedFor(batch, toRun) || node.quarantine !== undefined;
    const turn = buildTurn(input, { entry, node, processes: toRun, cordon });
    commands.push({
      kind: 'OpenTurn',
      node,
      turn,
      cordon,
      why: `${others.length} of ${limit} nodes down: ${node.name} is next in ${batch.metadata.name}`,
    });
    down.set(node.name, { ...node, claim: snapshot.plan.metadata.uid });
  }
  return { skipped, commands, hold, holderWaits };
}

/** A node that is tried again may have nothing left to run. */
function workFor({ fleet, batch }: TurnsInput, { name, processes }: BatchNode): 'Some' | 'Succeeded' | 'None' {
  if (processes.length > 0) return 'Some';
  const earlier = fleet.batches.filter((other) => other.metadata.uid !== batch.metadata.uid);
  const tried = earlier.some((other) =>
    other.status?.nodes?.some((record) => record.name === name && record.retriedBy !== undefined),
  );
  return tried ? 'Succeeded' : 'None';
}

/** The holder of the baton goes last; before it, nodes that are down but included go after those that are up, and may come back meanwhile. */
function lateness({ snapshot, holder }: TurnsInput, { name }: BatchNode): number {
  if (name === holder) return 2;
  return includesNotReady(snapshot) && snapshot.nodes.get(name)?.ready === false ? 1 : 0;
}

function waiting(reason: Hold['reason'], message: string): Hold {
  return { reason, message, summary: 'Waiting', kind: 'Stalled' };
}

/** The hold while the baton is on its way. */
export function batonMoving(message: string): Hold {
  return { reason: 'BatonMoving', message, summary: 'Waiting', kind: 'Working' };
}

function isWaiting(record: NodeRecord | undefined, node: NodeFact | undefined, batch: UpgradeBatch): boolean {
  return (record === undefined || !isTerminal(record)) && !inTurn(node, batch);
}

function describeDown(down: readonly NodeFact[]): string {
  const shown = down.slice(0, 3).map((node) => `${node.name} (${downReason(node) ?? 'down'})`);
  const more = down.length > shown.length ? ` and ${down.length - shown.length} more` : '';
  return `down: ${shown.join(', ')}${more}: ${down.length}`;
}

/** How the node is left after its turn: in a rollback, as it was before its quarantine. */
function whatWasBefore(node: NodeFact): Turn['before'] {
  const unschedulable = node.quarantine?.unschedulableBefore ?? node.unschedulable;
  return { unschedulable, bootId: node.bootId, kept: node.kept };
}

/** What the upgrade of a node that goes back has left; undefined when nothing. */
function leftBehind({ batches }: Fleet, { name }: NodeFact): Turn['checkpoints'] {
  const checkpoints = nodeChanges(batches).get(name)?.checkpoints ?? {};
  return Object.keys(checkpoints).length === 0 ? undefined : checkpoints;
}

interface TurnInput {
  readonly entry: BatchNode;
  readonly node: NodeFact;
  readonly processes: readonly BatchProcess[];
  readonly cordon: boolean;
}

function buildTurn({ snapshot, fleet, batch, now }: TurnsInput, { entry, node, processes, cordon }: TurnInput): Turn {
  // A claim that somebody took away left the turn behind: what was before is still what was before.
  const left = node.turn?.batchUid === batch.metadata.uid ? node.turn : undefined;
  const fromVersion = isRollback(batch) ? entry.fromVersion : (left?.fromVersion ?? versionBefore(processes, node));
  const checkpoints = left?.checkpoints ?? (isRollback(batch) ? leftBehind(fleet, node) : undefined);
  return {
    namespace: snapshot.plan.metadata.namespace,
    plan: snapshot.plan.metadata.name,
    batch: batch.metadata.name,
    batchUid: batch.metadata.uid,
    processes: processes.map(({ name }) => name),
    attempt: left?.attempt ?? 1,
    ...(left?.retried === undefined ? {} : { retried: left.retried }),
    ...(fromVersion === undefined ? {} : { fromVersion }),
    ...(checkpoints === undefined ? {} : { checkpoints }),
    openedTime: toRfc3339(now),
    cordoned: cordon,
    before: left?.before ?? whatWasBefore(node),
  };
}
