import { NOTIFY_REASONS } from '../../api/conditions.ts';
import type { Receipt } from '../../api/generated/upgradebatch.ts';
import { backoffMs, type BackoffLimits } from '../backoff.ts';
import type { Instant } from '../facts.ts';
import type { Delivered, SendResult } from '../notification/model/send-result.ts';
import { presentFields } from '../present-fields.ts';
import { byteLength, cutToBytes, toRfc3339 } from '../text.ts';
import type { Delivery } from './deliveries.ts';

/** How long to wait after attempts that failed. */
export const DELIVERY_BACKOFF: BackoffLimits = { baseMs: 1_000, maxMs: 60_000 };
/** Maximum wait after a timeout (ms). The receiver may have accepted the message, and would receive it again with each attempt. */
const MAX_WAIT_AFTER_TIMEOUT_MS = 300_000;
/** Maximum wait that a receiver may request (ms). The agent runs for one batch, not for days. */
const MAX_RETRY_AFTER_MS = 600_000;
/** How long to wait for a missing Secret (ms). The kubelet mounts a Secret that was created late within about a minute. */
const SECRET_GRACE_MS = 90_000;
/** Limits of a receipt in the CRD. */
const MAX_REASON_LENGTH = 63;
const MAX_MESSAGE_BYTES = 256;
const MAX_HANDLE_BYTES = 128;

/** What follows an attempt: a receipt, or another attempt. */
export type Verdict = ({ readonly kind: 'Final'; readonly outcome: 'Delivered' } & Omit<Delivered, 'kind'>) | FailureVerdict;

/** What follows an attempt that failed. */
export type FailureVerdict =
  | { readonly kind: 'Final'; readonly outcome: 'Failed'; readonly reason: string; readonly message: string }
  | { readonly kind: 'Retry'; readonly afterMs: number };

/** What follows a probe that reached its sink. */
export interface ReachedVerdict {
  readonly kind: 'Final';
  readonly outcome: 'Reached';
}

/** The attempts of one agent to deliver a message or to reach a sink. */
export interface AttemptHistory {
  /** Number of attempts, including the one that has just ended. */
  readonly attempts: number;
  /** Whether the last attempt timed out. */
  readonly timedOut: boolean;
  /** Milliseconds since the first attempt began. */
  readonly elapsedMs: number;
}

/**
 * Decides what follows an attempt. The agent retries for as long as an attempt may succeed; it is the operator that records `GivenUp`.
 *
 * @param random from 0 to 1, for the random half of the wait.
 */
export function judgeAttempt(result: SendResult, history: AttemptHistory, random: number): Verdict {
  if (result.kind === 'Delivered') return { ...result, kind: 'Final', outcome: 'Delivered' };
  return judgeFailure(result, history, random);
}

/** Decides what follows an attempt that failed, as {@link judgeAttempt} does. */
export function judgeFailure(
  result: Exclude<SendResult, Delivered>,
  { attempts, timedOut, elapsedMs }: AttemptHistory,
  random: number,
): FailureVerdict {
  const { reason, message } = result;
  const secretMayAppear = reason === NOTIFY_REASONS.SecretMissing && elapsedMs < SECRET_GRACE_MS;
  if (result.kind === 'Permanent' && !secretMayAppear) return { kind: 'Final', outcome: 'Failed', reason, message };
  const requested = result.kind === 'Retry' ? Math.min(result.afterMs ?? 0, MAX_RETRY_AFTER_MS) : 0;
  const limits = timedOut ? { ...DELIVERY_BACKOFF, maxMs: MAX_WAIT_AFTER_TIMEOUT_MS } : DELIVERY_BACKOFF;
  return { kind: 'Retry', afterMs: Math.max(requested, backoffMs(attempts, limits, random)) };
}

/** The receipt for the result of a delivery or of a probe. */
export function makeReceipt(
  { sink, id }: Delivery,
  verdict: Extract<Verdict, { kind: 'Final' }> | ReachedVerdict,
  sent: { readonly node: string; readonly attempts: number; readonly now: Instant },
): Receipt {
  const { outcome } = verdict;
  return presentFields({
    sink,
    id,
    outcome,
    ...(outcome === 'Failed'
      ? { reason: verdict.reason.slice(0, MAX_REASON_LENGTH), message: cutToBytes(verdict.message, MAX_MESSAGE_BYTES) }
      : outcome === 'Delivered'
        ? { handle: usableHandle(verdict.handle), remark: boundedRemark(verdict.remark) }
        : {}),
    node: sent.node,
    attempts: sent.attempts === 0 ? undefined : sent.attempts,
    time: toRfc3339(sent.now),
  });
}

/** A truncated handle would name another message. Without a handle, a new message is sent instead of an update. */
function usableHandle(handle: string | undefined): string | undefined {
  return handle === undefined || handle === '' || byteLength(handle) > MAX_HANDLE_BYTES ? undefined : handle;
}

function boundedRemark(remark: Delivered['remark']): Delivered['remark'] {
  if (remark === undefined) return undefined;
  return { reason: remark.reason.slice(0, MAX_REASON_LENGTH), message: cutToBytes(remark.message, MAX_MESSAGE_BYTES) };
}
