import { NODE_REASONS } from '../../../api/conditions.ts';
import type { BatchProcess, ProcessRecord } from '../../../api/generated/upgradebatch.ts';
import type { JobFact, NodeFact, PodFact } from '../../facts.ts';
import { mergeCheckpoints } from '../../timing/checkpoint.ts';
import type { Command } from '../model/command.ts';
import { processesInTurn } from '../fleet/idle-process.ts';
import { daemonSetName } from '../fleet/daemon-set.ts';
import { skippedWithoutPod, advanceDaemonSet } from './advance-daemon-set.ts';
import { advanceExternal } from './advance-external.ts';
import { goalVersion, isRollback } from '../records/batch-goal.ts';
import { buildVerifyJob, jobName, verifyProcessName } from '../manifests/job.ts';
import type { ProcessInput } from './job-evidence.ts';
import { recordOf, type NodeInput } from './node-input.ts';
import { markOverdue } from './mark-overdue.ts';
import { advanceJob } from './advance-job.ts';
import { isBeingVerified, advanceVerify } from './advance-verify.ts';
import type { BegunResult, ProcessResult } from './process-result.ts';

interface InTurnInput {
  readonly process: BatchProcess;
  readonly attempt: number;
  readonly fromVersion: string | undefined;
}

/** Decides how far a process of a node in its turn is: first the process itself, then its `verify`. */
export function advanceProcess(input: NodeInput, node: NodeFact, { process, attempt, fromVersion }: InTurnInput): ProcessResult {
  const recorded = recordOf(input, process.name);
  // A record of an earlier attempt does not count.
  const before = (recorded?.attempt ?? attempt) === attempt ? recorded : undefined;
  if (before === undefined || before.state === 'Skipped') {
    if (processesInTurn([process], node.turn).length === 0) return skippedByClaim(input, process, before);
  }
  if (process.verify !== undefined && isBeingVerified(before))
    return advanceOwnVerify(input, { node, process, attempt, record: before, fromVersion });
  const job = jobOf(input, process.name, attempt);
  const reports = input.reports.filter((report) => report.process === process.name && report.attempt === attempt);
  const observed = { process, before, job, pod: podOf(input, job), node, reports, now: input.now };
  const untimed = advanceUntimed(input, { observed, attempt });
  if (untimed.kind === 'NotStarted') return untimed;
  const reference = input.references.get(process.name);
  const result = withCheckpoint(markOverdue({ ...observed, result: untimed, reference }), checkpointOf(input, process.name));
  const endedNow = result.kind === 'Succeeded' && before?.state !== 'Succeeded' && result.record.state !== 'Skipped';
  if (process.verify === undefined || !endedNow) return result;
  return advanceOwnVerify(input, { node, process, attempt, record: result.record, fromVersion });
}

/**
 * How far a process is, before time limits apply. What to check depends on whether a Job, a DaemonSet or an external updater runs
 * it.
 */
function advanceUntimed(
  input: NodeInput,
  { observed, attempt }: { readonly observed: ProcessInput; readonly attempt: number },
): ProcessResult {
  const { process, node, before, reports } = observed;
  const { daemonSet, external } = process;
  if (daemonSet !== undefined) return advanceDaemonSet({ input, node, process, of: daemonSet, attempt, before });
  return external === undefined ? advanceJob(observed) : advanceExternal({ input, node, process, attempt, before, reports });
}

/** The checkpoint that this attempt and those before it have left for the next one. */
export function checkpointOf(input: NodeInput, process: string): string | undefined {
  const reported = input.reports.filter((report) => report.process === process).map((report) => report.checkpoint);
  return mergeCheckpoints(recordOf(input, process)?.checkpoint, reported);
}

function withCheckpoint(result: BegunResult, checkpoint: string | undefined): BegunResult {
  return checkpoint === undefined ? result : { ...result, record: { ...result.record, checkpoint } };
}

/** A process that the claim left out counts as done: it had nothing to do, or has no rollback template. */
function skippedByClaim(input: NodeInput, process: BatchProcess, before: ProcessRecord | undefined): ProcessResult {
  return { kind: 'Succeeded', record: before ?? idleRecord(input, process), overdue: false };
}

function idleRecord({ batch, daemonSets, batchNode }: NodeInput, { name, daemonSet }: BatchProcess): ProcessRecord {
  if (isRollback(batch)) {
    return { name, state: 'Skipped', reason: NODE_REASONS.NoRollback, message: 'it has no job.rollback.template' };
  }
  const current = { name, state: 'Skipped', reason: NODE_REASONS.AlreadyCurrent } as const;
  if (daemonSet === undefined) return { ...current, message: 'its verify held before the turn' };
  const isThere = daemonSets.get(daemonSetName(daemonSet))?.pods.has(batchNode.name) ?? true;
  return isThere
    ? { ...current, message: 'its newest revision was Ready before the turn' }
    : skippedWithoutPod({ name }, daemonSet);
}

function jobOf(input: NodeInput, process: string, attempt: number): JobFact | undefined {
  return input.jobs.find((candidate) => candidate.process === process && candidate.attempt === attempt);
}

function podOf(input: NodeInput, job: JobFact | undefined): PodFact | undefined {
  return input.pods.find((pod) => job !== undefined && pod.labels['batch.kubernetes.io/controller-uid'] === job.uid);
}

interface VerifiedInput {
  readonly node: NodeFact;
  readonly process: BatchProcess;
  readonly attempt: number;
  readonly record: Extract<ProcessResult, { record: unknown }>['record'];
  readonly fromVersion: string | undefined;
}

function advanceOwnVerify(input: NodeInput, { node, process, attempt, record, fromVersion }: VerifiedInput): ProcessResult {
  const { batch, now, hash, namespace } = input;
  const { verify } = process;
  if (verify === undefined) throw new Error(`the process ${process.name} has no verify`);
  const job = jobOf(input, verifyProcessName(process.name), attempt);
  const manifest = buildVerifyJob({ namespace, batch, process, node, attempt, fromVersion: fromVersion ?? '', hash });
  const why = `verifying ${process.name} on ${node.name}`;
  const createJob: Command | undefined =
    manifest === undefined ? undefined : { kind: 'CreateJob', node: node.name, job: manifest, why };
  return advanceVerify({
    verify,
    record,
    node,
    pods: input.pods,
    version: goalVersion(batch, input.batchNode),
    isRollback: isRollback(batch),
    job,
    jobPod: podOf(input, job),
    jobRejection: input.jobRejections.get(jobName(batch.metadata.uid, node.uid, verifyProcessName(process.name), attempt, hash)),
    createJob,
    now,
  });
}
