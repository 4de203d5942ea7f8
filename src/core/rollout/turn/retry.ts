import { NODE_REASONS } from '../../../api/conditions.ts';
import type { BatchProcess, ProcessRecord } from '../../../api/generated/upgradebatch.ts';
import type { Turn } from '../../../api/marks.ts';
import { LABELS } from '../../../api/names.ts';
import type { Instant, JobFact, NodeFact, PodFact } from '../../facts.ts';
import { toInstant } from '../../text.ts';

/**
 * Reasons that always allow another attempt. Overdue allows one under the conditions of {@link isRetryable}. The others do not:
 *
 * - UnannouncedReboot, NoReturnFromReboot: the state of the host is unknown, and the next attempt could reboot it again.
 * - JobVanished: nobody knows how far the Job got.
 * - JobRefused: the API server would reject the next Job too.
 * - DrainTimeout: no process has run.
 * - PodNotGone: the host of the DaemonSet's old Pod may be lost.
 * - NodeNotReady: all processes have succeeded, so there is nothing left to run.
 */
const RETRYABLE: ReadonlySet<string> = new Set([
  NODE_REASONS.JobFailed,
  NODE_REASONS.DeadlineExceeded,
  NODE_REASONS.VerifyFailed,
]);

/**
 * How long after a failure the next attempt waits for the Pod to end and the node to be Ready (ms). After that, there is no
 * retry.
 */
const MAX_RETRY_WAIT_MS = 10 * 60_000;

type Rerun = Pick<BatchProcess, 'onOverdue' | 'rerun'>;

/**
 * Whether a failure with this reason may be retried. A process that was stopped as overdue may have been in the middle of its
 * work, so it is retried only if the plan asks for that and declares it safe.
 */
export function isRetryable(reason: string, { onOverdue, rerun }: Rerun): boolean {
  return RETRYABLE.has(reason) || (reason === NODE_REASONS.Overdue && onOverdue === 'Retry' && rerun === 'Safe');
}

/** Number of retries after a failure with this reason. An overdue process that may be retried has at least one. */
export function retriesAfter(reason: string, process: Rerun, retriesPerNode: number): number {
  return reason === NODE_REASONS.Overdue && isRetryable(reason, process) ? Math.max(1, retriesPerNode) : retriesPerNode;
}

/** What the attempt of a process is derived from. */
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
 * The current attempt of a process. From the retried process on, that is the attempt of the turn; the processes before it
 * succeeded in the attempt that their record or newest Job names.
 */
export function attemptOf({ turn, order, process, before, jobs }: AttemptInput): number {
  const retried = turn?.retried === undefined ? -1 : order.indexOf(turn.retried);
  if (before?.state === 'Succeeded') return before.attempt ?? 1;
  if (order.indexOf(process) < retried) {
    const newest = Math.max(1, ...jobs.filter((job) => job.process === process).map((job) => job.attempt));
    return before?.attempt ?? newest;
  }
  // A turn whose annotation was lost starts at 1 again; the record still has the attempt.
  return Math.max(turn?.attempt ?? 1, before?.attempt ?? 1);
}

/** What the decision about a retry is based on. */
export interface RetryInput {
  readonly process: Rerun;
  /** The failure, as observed. */
  readonly failed: ProcessRecord;
  /** The process's record as persisted. */
  readonly before: ProcessRecord | undefined;
  readonly attempt: number;
  /** Number of retries after the first attempt. */
  readonly retries: number;
  /** Whether failures may be retried: not once the plan is being deleted, its rollout has ended, or a rollback has begun. */
  readonly mayRetry: boolean;
  readonly batchUid: string;
  readonly node: NodeFact;
  readonly jobs: readonly JobFact[];
  readonly pods: readonly PodFact[];
  readonly now: Instant;
}

/** Whether a failed process is retried. `Wait`: its failure is not on record yet, or something of it still runs on the node. */
export type Retry = { readonly kind: 'No' | 'Go' } | { readonly kind: 'Wait'; readonly for: string; readonly until: Instant };

/** Decides whether and when a failed process is retried. */
export function decideRetry(input: RetryInput): Retry {
  const { failed, before, attempt, now } = input;
  if (!input.mayRetry || attempt > input.retries || !isRetryable(failed.reason ?? '', input.process)) return { kind: 'No' };
  const until = (toInstant(failed.endTime) ?? now) + MAX_RETRY_WAIT_MS;
  if (now > until) return { kind: 'No' };
  const held = heldBy(input);
  if (held !== undefined) return { kind: 'Wait', for: held, until };
  // Record the failure first: without its Job, only the record shows that the process has run.
  if (before?.state !== 'Failed' || (before.attempt ?? 1) !== attempt) return { kind: 'Wait', for: 'its record', until };
  return { kind: 'Go' };
}

/** A Pod of the batch that has not ended: a Job that somebody deleted may leave a Pod that still runs. */
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

/** The turn with its next attempt. */
export function nextAttempt(turn: Turn, { name, checkpoint }: Pick<ProcessRecord, 'name' | 'checkpoint'>, attempt: number): Turn {
  const left = checkpoint === undefined ? {} : { checkpoints: { ...turn.checkpoints, [name]: checkpoint } };
  return { ...turn, attempt: attempt + 1, retried: name, ...left };
}
