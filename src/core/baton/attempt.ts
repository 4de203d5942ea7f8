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
/** The longest wait after a try without an answer in time (ms): the receiver may have taken it, and take it once more each time. */
const LONGEST_UNANSWERED_MS = 300_000;
/** The longest that a receiver may ask to wait (ms): the agent lives for a batch, not for days. */
const LONGEST_RETRY_AFTER_MS = 600_000;
/** The kubelet brings a Secret that was made late within about a minute: for so long (ms) a missing one is waited for. */
const SECRET_GRACE_MS = 90_000;
/** As long as a receipt's reason and message may be. */
const REASON_LENGTH = 63;
const MESSAGE_BYTES = 256;
const HANDLE_BYTES = 128;

/** What follows from a try. */
export type Verdict = ({ readonly kind: 'Over'; readonly outcome: 'Delivered' } & Omit<Delivered, 'kind'>) | FailureVerdict;

/** What follows from a try that failed. */
export type FailureVerdict =
  | { readonly kind: 'Over'; readonly outcome: 'Failed'; readonly reason: string; readonly message: string }
  | { readonly kind: 'Again'; readonly afterMs: number };

/** What follows from a probe that has reached its sink. */
export interface ReachedVerdict {
  readonly kind: 'Over';
  readonly outcome: 'Reached';
}

/** How often, and for how long, an agent has tried. */
export interface Tries {
  /** The try that has just ended counts. */
  readonly attempts: number;
  /** Whether that one had no answer in its time. */
  readonly unanswered: boolean;
  /** Since the first try. */
  readonly elapsedMs: number;
}

/**
 * Judges a try. The agent never gives up on what may work later: the operator records that for good (`GivenUp`).
 *
 * @param random from 0 to 1: half of each wait is left to chance, so that agents that failed together do not come back together.
 */
export function judgeAttempt(result: SendResult, tries: Tries, random: number): Verdict {
  if (result.kind === 'Delivered') return { ...result, kind: 'Over', outcome: 'Delivered' };
  return judgeFailure(result, tries, random);
}

/** Judges a try that failed, as {@link judgeAttempt} does. */
export function judgeFailure(
  result: Exclude<SendResult, Delivered>,
  { attempts, unanswered, elapsedMs }: Tries,
  random: number,
): FailureVerdict {
  const { reason, message } = result;
  const secretMayCome = reason === NOTIFY_REASONS.SecretMissing && elapsedMs < SECRET_GRACE_MS;
  if (result.kind === 'Permanent' && !secretMayCome) return { kind: 'Over', outcome: 'Failed', reason, message };
  const asked = result.kind === 'Retry' ? Math.min(result.afterMs ?? 0, LONGEST_RETRY_AFTER_MS) : 0;
  const limits = unanswered ? { ...DELIVERY_BACKOFF, maxMs: LONGEST_UNANSWERED_MS } : DELIVERY_BACKOFF;
  return { kind: 'Again', afterMs: Math.max(asked, backoffMs(attempts, limits, random)) };
}

/** The receipt for what has become of a delivery, or of a probe. */
export function makeReceipt(
  { sink, id }: Delivery,
  verdict: Extract<Verdict, { kind: 'Over' }> | ReachedVerdict,
  told: { readonly node: string; readonly attempts: number; readonly now: Instant },
): Receipt {
  const { outcome } = verdict;
  return presentFields({
    sink,
    id,
    outcome,
    ...(outcome === 'Failed'
      ? { reason: verdict.reason.slice(0, REASON_LENGTH), message: cutToBytes(verdict.message, MESSAGE_BYTES) }
      : outcome === 'Delivered'
        ? { handle: usableHandle(verdict.handle), remark: boundedRemark(verdict.remark) }
        : {}),
    node: told.node,
    attempts: told.attempts === 0 ? undefined : told.attempts,
    time: toRfc3339(told.now),
  });
}

/** A handle that is cut would be another one: without it, a new message is sent instead of an update. */
function usableHandle(handle: string | undefined): string | undefined {
  return handle === undefined || handle === '' || byteLength(handle) > HANDLE_BYTES ? undefined : handle;
}

function boundedRemark(remark: Delivered['remark']): Delivered['remark'] {
  if (remark === undefined) return undefined;
  return { reason: remark.reason.slice(0, REASON_LENGTH), message: cutToBytes(remark.message, MESSAGE_BYTES) };
}
