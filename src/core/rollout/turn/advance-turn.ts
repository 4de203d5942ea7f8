import { NODE_REASONS } from '../../../api/conditions.ts';
import type { BatchProcess, NodeRecord, ProcessRecord } from '../../../api/generated/upgradebatch.ts';
import type { Turn } from '../../../api/marks.ts';
import type { Instant, NodeFact } from '../../facts.ts';
import { cutToBytes, toInstant, toRfc3339 } from '../../text.ts';
import { processesInTurn } from '../fleet/idle-process.ts';
import { isDrainedFor } from '../fleet/drain-policy.ts';
import { doneMark, goalState, goalVersion, isRollback } from '../records/batch-goal.ts';
import { processesOf } from '../records/node-record.ts';
import { startedExternal } from './advance-external.ts';
import { buildJob, jobName } from '../manifests/job.ts';
import { keepCordon } from './keep-cordon.ts';
import { recordOf, type NodeInput, type NodeResult } from './node-input.ts';
import { checkpointOf, advanceProcess } from './advance-process.ts';
import type { ProcessResult } from './process-result.ts';
import { attemptOf, unfinishedPod } from './retry.ts';
import { drainTurn } from './drain-turn.ts';
import { failedTurn, handleFailure } from './handle-failure.ts';

/** How long a Job with `report: Socket` waits for the reporter (ms). */
const MAX_REPORTER_WAIT_MS = 30_000;

/** How long a process waits for a Pod that an earlier one left on the node (ms). After that, the node has failed. */
const MAX_POD_WAIT_MS = 10 * 60_000;

/**
 * Decides what to do for a node in its turn: drain it, run its processes one after the other, then release it. The functions
 * below follow that order.
 */
export function advanceTurn(input: NodeInput, node: NodeFact): NodeResult {
  return keepCordon(node, advanceOpenTurn(input, node));
}

function advanceOpenTurn(input: NodeInput, node: NodeFact): NodeResult {
  const { batch, batchNode, before, now } = input;
  const turn = node.turn;
  const processes = processesOf(batch, batchNode);
  const opened = toInstant(turn?.openedTime) ?? now;
  const fromVersion = isRollback(batch) ? batchNode.fromVersion : (node.done?.version ?? before.fromVersion ?? turn?.fromVersion);
  const toRun = processesInTurn(processes, turn);
  const base: NodeRecord = {
    name: batchNode.name,
    state: 'Pending',
    startTime: before.startTime ?? toRfc3339(opened),
    ...(fromVersion === undefined ? {} : { fromVersion }),
  };
  const begun = hasBegun(input, turn);
  if (!begun && input.deleting) {
    const end = { reason: NODE_REASONS.PlanDeleted, message: 'the plan was deleted', endTime: toRfc3339(now) };
    return { record: { name: batchNode.name, state: 'NotAttempted', ...end }, commands: [] };
  }
  if (!begun && isDrainedFor(batch, toRun)) {
    const drain = drainTurn(input, node, { base, opened, processes: toRun });
    if (drain !== undefined) return drain;
  }
  return advanceProcesses(input, node, { base, processes, opened });
}

/** Whether the upgrade of the node has begun: a drain alone changes nothing. */
function hasBegun({ before, jobs, node }: NodeInput, turn: Turn | undefined): boolean {
  const worked = (before.processes ?? []).some(({ state }) => state !== 'Skipped');
  return jobs.length > 0 || worked || startedExternal(node) !== undefined || (turn?.attempt ?? 1) > 1;
}

interface ProcessesInput {
  readonly base: NodeRecord;
  readonly processes: readonly BatchProcess[];
  readonly opened: Instant;
}

function advanceProcesses(input: NodeInput, node: NodeFact, { base, processes, opened }: ProcessesInput): NodeResult {
  const { before } = input;
  const records: ProcessRecord[] = [];
  let lastEnd = opened;
  for (const process of processes) {
    const attempt = currentAttempt(input, node, { process, processes });
    const result = advanceProcess(input, node, { process, attempt, fromVersion: base.fromVersion });
    if (result.kind === 'NotStarted') return startProcess(input, node, { base, process, attempt, records, since: lastEnd });
    records.push(result.record);
    lastEnd = toInstant(result.record.verifiedTime ?? result.record.endTime) ?? lastEnd;
    if (result.kind === 'Failed') return handleFailure(input, node, { base, failed: result.record, attempt, records });
    if (result.kind !== 'Succeeded') return stillWorking({ base, result, records });
  }
  if (!node.ready)
    return waitForReady({ input, base, records, lastEnd, deadlineSeconds: processes.at(-1)?.deadlineSeconds ?? 0 });
  const endTime = before.endTime ?? toRfc3339(Math.max(lastEnd, opened));
  const { batch, batchNode } = input;
  const record: NodeRecord = { ...base, state: goalState(batch), endTime, processes: records };
  const done = doneMark(batch, batchNode, endTime);
  const why = `${node.name} is at ${goalVersion(batch, batchNode)} and Ready`;
  const ended = isRollback(batch) ? { endQuarantine: true } : {};
  return { record, commands: [{ kind: 'CloseTurn', node, done, ...ended, why }] };
}

interface AttemptInput {
  readonly process: BatchProcess;
  readonly processes: readonly BatchProcess[];
}

function currentAttempt(input: NodeInput, node: NodeFact, { process, processes }: AttemptInput): number {
  const before = recordOf(input, process.name);
  const order = processes.map(({ name }) => name);
  return attemptOf({ turn: node.turn, order, process: process.name, before, jobs: input.jobs });
}

interface WorkingInput {
  readonly base: NodeRecord;
  readonly result: Exclude<ProcessResult, { kind: 'NotStarted' }>;
  readonly records: readonly ProcessRecord[];
}

function stillWorking({ base, result, records }: WorkingInput): NodeResult {
  const state = result.kind === 'Verifying' ? 'Verifying' : 'Upgrading';
  const message = result.record.message === undefined ? {} : { message: result.record.message };
  const record: NodeRecord = { ...base, state, ...message, ...(result.overdue ? { overdue: true } : {}), processes: records };
  return { record, commands: result.commands ?? [], ...(result.requeueAt === undefined ? {} : { requeueAt: result.requeueAt }) };
}

interface NotReadyInput {
  readonly input: NodeInput;
  readonly base: NodeRecord;
  readonly records: readonly ProcessRecord[];
  readonly lastEnd: Instant;
  readonly deadlineSeconds: number;
}

function waitForReady({ input, base, records, lastEnd, deadlineSeconds }: NotReadyInput): NodeResult {
  const deadline = lastEnd + deadlineSeconds * 1000;
  if (input.now <= deadline) {
    const record: NodeRecord = { ...base, state: 'Verifying', message: 'waiting for the node to be Ready', processes: records };
    return { record, commands: [], requeueAt: deadline + 1000 };
  }
  const message = `not Ready within ${deadlineSeconds} s after its last process`;
  const reason = NODE_REASONS.NodeNotReady;
  const endTime = toRfc3339(input.now);
  return failedTurn(input, { ...base, state: 'Failed', reason, message, endTime }, records);
}

interface StartInput {
  readonly base: NodeRecord;
  readonly process: BatchProcess;
  readonly attempt: number;
  readonly records: readonly ProcessRecord[];
  /** When the process before it ended, or the turn was opened. */
  readonly since: Instant;
}

function startProcess(input: NodeInput, node: NodeFact, { base, process, attempt, records, since }: StartInput): NodeResult {
  const { batch, now } = input;
  const checkpoint = checkpointOf(input, process.name) ?? node.turn?.checkpoints?.[process.name];
  const earlier = recordOf(input, process.name);
  // Until this attempt has a record, the one of the attempt before keeps the checkpoint.
  const known = earlier?.checkpoint === undefined ? records : [...records, earlier];
  const processes = known.length === 0 ? {} : { processes: known };
  const name = jobName(batch.metadata.uid, node.uid, process.name, attempt, input.hash);
  const rejection = input.jobRejections.get(name);
  if (rejection !== undefined) {
    const message = cutToBytes(rejection, 128);
    const failed: NodeRecord = {
      ...base,
      state: 'Failed',
      reason: NODE_REASONS.JobRefused,
      message,
      endTime: toRfc3339(now),
    };
    const begun = records.some(({ state }) => state !== 'Skipped') || attempt > 1;
    return begun ? failedTurn(input, failed, records) : { record: failed, commands: [] };
  }
  const left = unfinishedPod(input.pods, batch.metadata.uid);
  if (left !== undefined) {
    const message = cutToBytes(`waiting for Pod ${left.name} to be gone`, 128);
    if (now <= since + MAX_POD_WAIT_MS) {
      const record: NodeRecord = { ...base, state: 'Upgrading', message, ...processes };
      return { record, commands: [], requeueAt: since + MAX_POD_WAIT_MS + 1000 };
    }
    const end = { reason: NODE_REASONS.DeadlineExceeded, message: cutToBytes(`Pod ${left.name} does not end`, 128) };
    return failedTurn(input, { ...base, state: 'Failed', ...end, endTime: toRfc3339(now) }, records);
  }
  const waits =
    process.report === 'Socket' && input.reporterInstalled && !input.reporterReady && now < since + MAX_REPORTER_WAIT_MS;
  if (waits) {
    const record: NodeRecord = { ...base, state: 'Upgrading', message: 'waiting for the reporter', ...processes };
    return { record, commands: [], requeueAt: since + MAX_REPORTER_WAIT_MS };
  }
  const fromVersion = base.fromVersion ?? '';
  const { namespace, hash } = input;
  const job = buildJob({ namespace, batch, process, node, attempt, fromVersion, checkpoint, hash });
  const why = `${process.name} is next on ${node.name}`;
  return { record: { ...base, state: 'Upgrading', ...processes }, commands: [{ kind: 'CreateJob', node: node.name, job, why }] };
}
