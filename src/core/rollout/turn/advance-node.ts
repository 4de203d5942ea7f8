import { NODE_REASONS } from '../../../api/conditions.ts';
import type { NodeRecord, ProcessRecord } from '../../../api/generated/upgradebatch.ts';
import type { Quarantine } from '../../../api/marks.ts';
import type { NodeFact } from '../../facts.ts';
import { toRfc3339 } from '../../text.ts';
import { doneMark, goalState, isGoalState, isMarkedDone } from '../records/batch-goal.ts';
import { inTurn, isTerminal } from '../records/node-record.ts';
import type { NodeInput, NodeResult } from './node-input.ts';
import { advanceTurn } from './advance-turn.ts';

/** Decides what to do for a node of the batch; a node that waits for its turn stays as it is. */
export function advanceNode(input: NodeInput): NodeResult {
  const { before, node, batch } = input;
  if (isTerminal(before)) return closeEndedTurn(input);
  if (node === undefined) return skipDeleted(input);
  if (inTurn(node, batch)) return advanceTurn(input, node);
  // The done mark proves the success, so a kill between closing the turn and the record loses nothing.
  if (node.done !== undefined && isMarkedDone(batch, node)) {
    const record: NodeRecord = { ...withoutProgress(before), state: goalState(batch), endTime: before.endTime ?? node.done.time };
    return { record: completeProcesses(record, node.done.time), commands: [] };
  }
  return { record: before, commands: [] };
}

function withoutProgress(record: NodeRecord): NodeRecord {
  const { message: _message, reason: _reason, overdue: _overdue, ...rest } = record;
  return rest;
}

function completeProcesses(record: NodeRecord, time: string): NodeRecord {
  if (record.processes === undefined) return record;
  const processes = record.processes.map((process): ProcessRecord => {
    const { message: _message, verifyDeadlineTime, verifyStableSinceTime: _since, ...rest } = process;
    if (process.state === 'Succeeded' || process.state === 'Skipped') return process;
    // A turn only gets its done mark after `verify` has passed.
    const verified = verifyDeadlineTime === undefined ? {} : { verifiedTime: time };
    return { ...rest, state: 'Succeeded', endTime: process.endTime ?? time, ...verified };
  });
  return { ...record, processes };
}

/** Closes the turn of a node that has its outcome. Failures are recorded before that, because the Node does not keep them. */
function closeEndedTurn(input: NodeInput): NodeResult {
  const { before, node, batch, batchNode, now } = input;
  if (node === undefined || !inTurn(node, batch)) {
    const quarantined = before.quarantined === true && node?.quarantine?.planUid === batch.spec.planUid;
    const { quarantined: _quarantined, ...rest } = before;
    return { record: quarantined ? before : rest, commands: [] };
  }
  if (before.state === 'Failed' && before.quarantined === true) return quarantine(input, node);
  const done = isGoalState(before.state) ? doneMark(batch, batchNode, before.endTime ?? toRfc3339(now)) : undefined;
  const forget = before.state === 'Failed' && before.processes !== undefined ? { forget: true } : {};
  const why = `${node.name} has its outcome: ${before.state}`;
  const ended = before.state === 'RolledBack' ? { endQuarantine: true } : {};
  return { record: before, commands: [{ kind: 'CloseTurn', node, done, ...forget, ...ended, why }] };
}

function quarantine({ before, batch, namespace, now }: NodeInput, node: NodeFact): NodeResult {
  const failed = before.processes?.find((process) => process.state === 'Failed');
  const mark: Quarantine = {
    namespace,
    plan: batch.spec.plan,
    planUid: batch.spec.planUid,
    batch: batch.metadata.name,
    process: failed?.name ?? '',
    reason: before.reason ?? NODE_REASONS.JobFailed,
    message: before.message ?? '',
    since: before.endTime ?? toRfc3339(now),
    // Whoever uncordoned the node in its turn has also ended an earlier cordon.
    unschedulableBefore: node.unschedulable && (node.turn?.before.unschedulable ?? false),
  };
  const why = `${node.name} failed once its upgrade had begun: it stays cordoned until it is released`;
  return { record: before, commands: [{ kind: 'Quarantine', node, quarantine: mark, why }] };
}

/** The result for a node whose Node object was deleted. */
function skipDeleted(input: NodeInput): NodeResult {
  const { before, now } = input;
  const message = before.state === 'Pending' ? 'the Node is gone' : 'the Node was deleted during its turn';
  const record: NodeRecord = {
    ...withoutProgress(before),
    state: 'Skipped',
    reason: NODE_REASONS.NodeDeleted,
    message,
    endTime: toRfc3339(now),
  };
  return { record, commands: [] };
}
