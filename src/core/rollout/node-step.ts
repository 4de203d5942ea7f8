import { NODE_REASONS } from '../../api/conditions.ts';
import type { BatchNode, BatchProcess, NodeRecord, ProcessRecord, UpgradeBatch } from '../../api/generated/upgradebatch.ts';
import type { Quarantine } from '../../api/marks.ts';
import type { Hash, Instant, JobFact, NodeFact, PodFact, ReportFact } from '../facts.ts';
import { cutToBytes, toInstant, toRfc3339 } from '../text.ts';
import type { Command } from './command.ts';
import { stepDrain } from './drain.ts';
import { buildJob, jobName } from './job.ts';
import { stepProcess, type ProcessStep } from './process-step.ts';

/** What the decision about one node of a batch looks at. */
export interface NodeInput {
  readonly namespace: string;
  readonly batch: UpgradeBatch;
  readonly batchNode: BatchNode;
  /** The record as persisted. */
  readonly before: NodeRecord;
  /** The node; undefined when it is gone or another Node has its name. */
  readonly node: NodeFact | undefined;
  /** This node's Jobs, Pods and reports of this batch. */
  readonly jobs: readonly JobFact[];
  readonly pods: readonly PodFact[];
  readonly reports: readonly ReportFact[];
  readonly reporterReady: boolean;
  readonly reporterInstalled: boolean;
  readonly evictionAnswers: ReadonlyMap<string, string>;
  readonly jobRefusals: ReadonlyMap<string, string>;
  readonly now: Instant;
  readonly hash: Hash;
}

/** What follows for a node: the record as observed, what to do, and when to look again. */
export interface NodeStep {
  readonly record: NodeRecord;
  readonly commands: readonly Command[];
  readonly lookAt?: Instant;
}

/** How long a Job with `report: Socket` waits for the reporter (ms). */
const REPORTER_GRACE_MS = 30_000;

const TERMINAL = new Set<NodeRecord['state']>(['Succeeded', 'Failed', 'Skipped', 'NotAttempted']);

/** Whether a record has its outcome. */
export function isTerminal(record: NodeRecord): boolean {
  return TERMINAL.has(record.state);
}

/** Whether the node's open turn belongs to this batch. */
export function inTurn(node: NodeFact | undefined, batch: UpgradeBatch): boolean {
  return node?.claim === batch.spec.planUid && node.turn?.batchUid === batch.metadata.uid;
}

/** The node's processes, in order. */
export function processesOf(batch: UpgradeBatch, batchNode: BatchNode): readonly BatchProcess[] {
  return batch.spec.processes.filter((process) => batchNode.processes.includes(process.name));
}

/** Whether the node is to be cordoned and drained for these processes. */
export function disrupts(processes: readonly BatchProcess[]): boolean {
  return processes.some((process) => process.disruption !== 'None');
}

/** Decides what follows for one node that is not waiting for its turn. */
export function stepNode(input: NodeInput): NodeStep {
  const { before, node, batch } = input;
  if (isTerminal(before)) return closeAfter(input);
  if (node === undefined) return stepGone(input);
  if (inTurn(node, batch)) return stepTurn(input, node);
  // The release is the evidence of success: a kill between it and the record loses nothing.
  if (node.done?.revision === batch.spec.revision && node.done.batch === batch.metadata.name) {
    const record: NodeRecord = { ...withoutProgress(before), state: 'Succeeded', endTime: before.endTime ?? node.done.time };
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
    const { message: _message, ...rest } = process;
    return process.state === 'Succeeded' ? process : { ...rest, state: 'Succeeded', endTime: process.endTime ?? time };
  });
  return { ...record, processes };
}

/** A failure is on record before its turn is closed, because the Node does not keep it. */
function closeAfter(input: NodeInput): NodeStep {
  const { before, node, batch, namespace, now } = input;
  if (node === undefined || !inTurn(node, batch)) {
    const quarantined = before.quarantined === true && node?.quarantine?.planUid === batch.spec.planUid;
    const { quarantined: _quarantined, ...rest } = before;
    return { record: quarantined ? before : rest, commands: [] };
  }
  if (before.state === 'Failed' && before.quarantined === true) {
    const failed = before.processes?.find((process) => process.state === 'Failed');
    const quarantine: Quarantine = {
      namespace,
      plan: batch.spec.plan,
      planUid: batch.spec.planUid,
      batch: batch.metadata.name,
      process: failed?.name ?? '',
      reason: before.reason ?? NODE_REASONS.JobFailed,
      message: before.message ?? '',
      since: before.endTime ?? toRfc3339(now),
      unschedulableBefore: node.turn?.before.unschedulable ?? false,
    };
    const why = `${node.name} failed once its upgrade had begun: it stays cordoned until it is released`;
    return { record: before, commands: [{ kind: 'Quarantine', node, quarantine, why }] };
  }
  const done =
    before.state === 'Succeeded'
      ? { revision: batch.spec.revision, version: batch.spec.version, batch: batch.metadata.name, time: before.endTime ?? toRfc3339(now) }
      : undefined;
  return { record: before, commands: [{ kind: 'CloseTurn', node, done, why: `${node.name} has its outcome: ${before.state}` }] };
}

function stepGone(input: NodeInput): NodeStep {
  const { before, now } = input;
  const message = before.state === 'Pending' ? 'the Node is gone' : 'the Node went away in its turn';
  const record: NodeRecord = { ...withoutProgress(before), state: 'Skipped', reason: NODE_REASONS.NodeDeleted, message, endTime: toRfc3339(now) };
  return { record, commands: [] };
}

function stepTurn(input: NodeInput, node: NodeFact): NodeStep {
  const { batch, batchNode, before, jobs, pods, now } = input;
  const turn = node.turn;
  const processes = processesOf(batch, batchNode);
  const opened = toInstant(turn?.openedTime) ?? now;
  const fromVersion = node.done?.version ?? before.fromVersion;
  const base: NodeRecord = {
    name: batchNode.name,
    state: 'Pending',
    startTime: before.startTime ?? toRfc3339(opened),
    ...(fromVersion === undefined ? {} : { fromVersion }),
  };
  const begun = jobs.length > 0 || (before.processes ?? []).length > 0;
  if (!begun && disrupts(processes)) {
    const drain = stepDrain(pods, batch.spec.drain?.emptyDirData ?? 'Keep', input.evictionAnswers);
    if (!drain.done) return stepDraining(input, { base, drain, opened, processes });
  }
  return stepProcesses(input, node, { base, processes, opened });
}

interface DrainingInput {
  readonly base: NodeRecord;
  readonly drain: ReturnType<typeof stepDrain>;
  readonly opened: Instant;
  readonly processes: readonly BatchProcess[];
}

function stepDraining(input: NodeInput, { base, drain, opened, processes }: DrainingInput): NodeStep {
  const limit = processes.find((process) => process.disruption !== 'None')?.deadlineSeconds ?? 0;
  const deadline = opened + limit * 1000;
  if (input.now > deadline) {
    const message = cutToBytes(`not drained within ${limit} s: ${drain.message}`, 128);
    const record: NodeRecord = { ...base, state: 'Failed', reason: NODE_REASONS.DrainTimeout, message, endTime: toRfc3339(input.now) };
    return { record, commands: [] };
  }
  const commands = drain.evict.map((pod): Command => ({ kind: 'Evict', pod, why: `draining ${base.name} before its upgrade` }));
  const record: NodeRecord = { ...base, state: 'Draining', message: cutToBytes(drain.message, 128) };
  return { record, commands, lookAt: Math.min(deadline + 1000, input.now + 5000) };
}

interface ProcessesInput {
  readonly base: NodeRecord;
  readonly processes: readonly BatchProcess[];
  readonly opened: Instant;
}

function stepProcesses(input: NodeInput, node: NodeFact, { base, processes, opened }: ProcessesInput): NodeStep {
  const { before, now } = input;
  const records: ProcessRecord[] = [];
  let lastEnd = opened;
  for (const process of processes) {
    const step = stepOneProcess(input, node, process);
    if (step.kind === 'NotStarted') return startProcess(input, node, { base, process, records, since: lastEnd });
    records.push(step.record);
    lastEnd = toInstant(step.record.endTime) ?? lastEnd;
    if (step.kind === 'Failed') {
      const reason = step.record.reason ?? NODE_REASONS.JobFailed;
      const message = step.record.message === undefined ? {} : { message: step.record.message };
      const endTime = step.record.endTime ?? toRfc3339(now);
      return { record: { ...base, state: 'Failed', reason, ...message, endTime, quarantined: true, processes: records }, commands: [] };
    }
    if (step.kind !== 'Succeeded') return stillWorking({ base, step, records });
  }
  if (!node.ready) return stepNotReady({ input, base, records, lastEnd, deadlineSeconds: processes.at(-1)?.deadlineSeconds ?? 0 });
  const endTime = before.endTime ?? toRfc3339(Math.max(lastEnd, opened));
  const record: NodeRecord = { ...base, state: 'Succeeded', endTime, processes: records };
  const done = { revision: input.batch.spec.revision, version: input.batch.spec.version, batch: input.batch.metadata.name, time: endTime };
  return { record, commands: [{ kind: 'CloseTurn', node, done, why: `${node.name} is at ${input.batch.spec.version} and Ready` }] };
}

function stepOneProcess(input: NodeInput, node: NodeFact, process: BatchProcess): ProcessStep {
  const attempt = node.turn?.attempt ?? 1;
  const job = input.jobs.find((candidate) => candidate.process === process.name && candidate.attempt === attempt);
  return stepProcess({
    process,
    before: input.before.processes?.find((candidate) => candidate.name === process.name),
    job,
    pod: input.pods.find((pod) => job !== undefined && pod.labels['batch.kubernetes.io/controller-uid'] === job.uid),
    node,
    reports: input.reports.filter((report) => report.process === process.name && report.attempt === attempt),
    now: input.now,
  });
}

interface WorkingInput {
  readonly base: NodeRecord;
  readonly step: Exclude<ProcessStep, { kind: 'NotStarted' }>;
  readonly records: readonly ProcessRecord[];
}

function stillWorking({ base, step, records }: WorkingInput): NodeStep {
  const state = step.kind === 'Verifying' ? 'Verifying' : 'Upgrading';
  const message = step.record.message === undefined ? {} : { message: step.record.message };
  const record: NodeRecord = { ...base, state, ...message, ...(step.overdue ? { overdue: true } : {}), processes: records };
  return { record, commands: [], ...(step.lookAt === undefined ? {} : { lookAt: step.lookAt }) };
}

interface NotReadyInput {
  readonly input: NodeInput;
  readonly base: NodeRecord;
  readonly records: readonly ProcessRecord[];
  readonly lastEnd: Instant;
  readonly deadlineSeconds: number;
}

function stepNotReady({ input, base, records, lastEnd, deadlineSeconds }: NotReadyInput): NodeStep {
  const deadline = lastEnd + deadlineSeconds * 1000;
  if (input.now <= deadline) {
    const record: NodeRecord = { ...base, state: 'Verifying', message: 'waiting for the node to be Ready', processes: records };
    return { record, commands: [], lookAt: deadline + 1000 };
  }
  const message = `not Ready within ${deadlineSeconds} s after its last process`;
  const reason = NODE_REASONS.NodeNotReady;
  const endTime = toRfc3339(input.now);
  return { record: { ...base, state: 'Failed', reason, message, endTime, quarantined: true, processes: records }, commands: [] };
}

interface StartInput {
  readonly base: NodeRecord;
  readonly process: BatchProcess;
  readonly records: readonly ProcessRecord[];
  /** When the process before it ended, or the turn was opened. */
  readonly since: Instant;
}

function startProcess(input: NodeInput, node: NodeFact, { base, process, records, since }: StartInput): NodeStep {
  const { batch, now } = input;
  const attempt = node.turn?.attempt ?? 1;
  const processes = records.length === 0 ? {} : { processes: records };
  const name = jobName(batch.metadata.uid, node.uid, process.name, attempt, input.hash);
  const refusal = input.jobRefusals.get(name);
  if (refusal !== undefined) {
    const message = cutToBytes(refusal, 128);
    const quarantined = records.length === 0 ? {} : { quarantined: true };
    const endTime = toRfc3339(now);
    return { record: { ...base, state: 'Failed', reason: NODE_REASONS.JobRefused, message, endTime, ...quarantined, ...processes }, commands: [] };
  }
  const waits = process.report === 'Socket' && input.reporterInstalled && !input.reporterReady && now < since + REPORTER_GRACE_MS;
  if (waits) {
    const record: NodeRecord = { ...base, state: 'Upgrading', message: 'waiting for the reporter', ...processes };
    return { record, commands: [], lookAt: since + REPORTER_GRACE_MS };
  }
  const fromVersion = base.fromVersion ?? '';
  const job = buildJob({ namespace: input.namespace, batch, process, node, attempt, fromVersion, hash: input.hash });
  const why = `${process.name} is next on ${node.name}`;
  return { record: { ...base, state: 'Upgrading', ...processes }, commands: [{ kind: 'CreateJob', node: node.name, job, why }] };
}
