import { NODE_REASONS } from '../../../api/conditions.ts';
import type { BatchProcess, ProcessRecord } from '../../../api/generated/upgradebatch.ts';
import type { Turn } from '../../../api/marks.ts';
import { LABELS } from '../../../api/names.ts';
import type { Instant, JobFact, NodeFact, PodFact } from '../../facts.ts';
import { toInstant } from '../../text.ts';

/**
 * Reasons for which a node may get another attempt: the process itself ended badly, took too long, or did not bring about what it was to.
 * Not in it: a reboot that nobody
 * announced or from which the host did not come back (its state is not known, and the next attempt could reboot it again), a Job that
 * vanished (nobody knows how far it came), one that the API server refuses (it would refuse the next one too), a drain that did not end
 * (nothing has run), a DaemonSet's old Pod that does not end (its host may be lost), and a node that is not Ready after its last process
 * (there is nothing left to run).
 */
const RETRYABLE: ReadonlySet<string> = new Set([
  NODE_REASONS.JobFailed,
  NODE_REASONS.DeadlineExceeded,
  NODE_REASONS.VerifyFailed,
]);

/** So long after a failure the next attempt waits for the Pod to be gone and the node to be Ready (ms); then there is none. */
const RETRY_WAIT_MS = 10 * 60_000;

type Rerun = Pick<BatchProcess, 'onOverdue' | 'rerun'>;

/**
 * Whether a failure of this reason may be followed by another attempt. A process that was stopped as overdue may have been in the
 * middle of its work: it begins again only where the plan asks for that and the process says that it is safe.
 */
export function isRetryable(reason: string, { onOverdue, rerun }: Rerun): boolean {
  return RETRYABLE.has(reason) || (reason === NODE_REASONS.Overdue && onOverdue === 'Retry' && rerun === 'Safe');
}

/** How many attempts a node has beyond the first after a failure of this reason: an overdue process that may begin again has one. */
export function retriesAfter(reason: string, process: Rerun, retriesPerNode: number): number {
  return reason === NODE_REASONS.Overdue && isRetryable(reason, process) ? Math.max(1, retriesPerNode) : retriesPerNode;
}

/** What the attempt of a process is found from. */
interface AttemptInput {
  readonly turn: Turn | undefined;
  /** Names of the node's processes, in order. */
  readonly order: readonly string[];
  readonly process: string;
  /** The process's record as persisted. */
  readonly before: ProcessRecord | undefined;
  readonly jobs: readonly JobFact[];
}

/**
 * The attempt in which a process is: that of the turn from the process on that was tried again; the processes before it succeeded in
 * the attempt that their record or their newest Job names.
 */
export function attemptOf({ turn, order, process, before, jobs }: AttemptInput): number {
  const retried = turn?.retried === undefined ? -1 : order.indexOf(turn.retried);
  if (before?.state === 'Succeeded') return before.attempt ?? 1;
  if (order.indexOf(process) < retried) {
    const newest = Math.max(1, ...jobs.filter((job) => job.process === process).map((job) => job.attempt));
    return before?.attempt ?? newest;
  }
  // A turn whose annotation was lost begins at 1 again, and what is on record does not.
  return Math.max(turn?.attempt ?? 1, before?.attempt ?? 1);
}

/** What the decision about another attempt looks at. */
export interface RetryInput {
  readonly process: Rerun;
  /** The failure, as observed. */
  readonly failed: ProcessRecord;
  /** The process's record as persisted. */
  readonly before: ProcessRecord | undefined;
  readonly attempt: number;
  /** How many attempts the node has beyond the first. */
  readonly retries: number;
  /** False once the plan is being deleted or has ended: what runs is finished, and nothing is tried again. */
  readonly mayRetry: boolean;
  readonly batchUid: string;
  readonly node: NodeFact;
  readonly jobs: readonly JobFact[];
  readonly pods: readonly PodFact[];
  readonly now: Instant;
}

/** Whether a failed process is tried again: `Wait` until its failure is on record and nothing of it is left on the node. */
export type Retry = { readonly kind: 'No' | 'Go' } | { readonly kind: 'Wait'; readonly for: string; readonly until: Instant };

/** Decides whether a process that failed is tried again, and when. */
export function decideRetry(input: RetryInput): Retry {
  const { failed, before, attempt, now } = input;
  if (!input.mayRetry || attempt > input.retries || !isRetryable(failed.reason ?? '', input.process)) return { kind: 'No' };
  const until = (toInstant(failed.endTime) ?? now) + RETRY_WAIT_MS;
  if (now > until) return { kind: 'No' };
  const held = heldBy(input);
  if (held !== undefined) return { kind: 'Wait', for: held, until };
  // The failure is on record first: only the record says that the process ran before when its Job is gone.
  if (before?.state !== 'Failed' || (before.attempt ?? 1) !== attempt) return { kind: 'Wait', for: 'its record', until };
  return { kind: 'Go' };
}

/** A Pod of the batch that has not ended: a Job that others deleted may leave one behind that still works. */
export function unfinishedPod(pods: readonly PodFact[], batchUid: string): PodFact | undefined {
  return pods.find((pod) => pod.labels[LABELS.batchUid] === batchUid && pod.phase !== 'Succeeded' && pod.phase !== 'Failed');
}

function heldBy({ batchUid, node, jobs, pods }: RetryInput): string | undefined {
  const job = jobs.find((candidate) => candidate.outcome === 'Active' || candidate.outcome === 'Failing');
  if (job !== undefined) return `Job ${job.name} to end`;
  const pod = unfinishedPod(pods, batchUid);
  if (pod !== undefined) return `Pod ${pod.name} to be gone`;
  return node.ready ? undefined : 'the node to be Ready';
}

/** The turn in its next attempt. */
export function nextAttempt(turn: Turn, { name, checkpoint }: Pick<ProcessRecord, 'name' | 'checkpoint'>, attempt: number): Turn {
  const left = checkpoint === undefined ? {} : { checkpoints: { ...turn.checkpoints, [name]: checkpoint } };
  return { ...turn, attempt: attempt + 1, retried: name, ...left };
}
