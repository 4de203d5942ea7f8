import { NOTIFY_REASONS } from '../../api/conditions.ts';
import type { Receipt } from '../../api/generated/upgradebatch.ts';
import type { ProbeResult } from '../notification/model/send-result.ts';
import { judgeFailure, type FailureVerdict, type ReachedVerdict, type AttemptHistory } from './attempt.ts';
import { oldestFirst } from './oldest-first.ts';
import { isProbe, newestIn, seriesId, seriesPlace } from './series.ts';

/** What follows a probe: a receipt, or another probe. */
export type ProbeVerdict = FailureVerdict | ReachedVerdict;

/**
 * A sink counts as unreachable after this number of failed attempts, and not before this time (ms): a name server or a firewall may need
 * a moment for a new Pod.
 */
const UNREACHABLE = { attempts: 3, afterMs: 10_000 } as const;

/**
 * Decides what follows a probe. A missing Secret is waited for, as in a delivery: the kubelet may still mount it.
 *
 * @param random from 0 to 1, for the random half of the wait.
 */
export function judgeProbe(result: ProbeResult, history: Omit<AttemptHistory, 'timedOut'>, random: number): ProbeVerdict {
  if (result.kind === 'Reached') return { kind: 'Final', outcome: 'Reached' };
  const isLast = history.attempts >= UNREACHABLE.attempts && history.elapsedMs >= UNREACHABLE.afterMs;
  if (result.kind === 'Permanent' || !isLast) return judgeFailure(result, { ...history, timedOut: false }, random);
  return { kind: 'Final', outcome: 'Failed', reason: NOTIFY_REASONS.SinkUnreachable, message: result.message };
}

/**
 * The id of the receipt for the end of a probe; undefined if it would say nothing new. A failure is new for each batch, node and reason.
 * A sink that was reached is new only after a failure.
 *
 * @param known the receipts of the batch, and those of probes for other batches.
 */
export function probeId(
  verdict: Exclude<ProbeVerdict, { kind: 'Retry' }>,
  { batchUid, sink, node }: { readonly batchUid: string; readonly sink: string; readonly node: string },
  known: readonly Receipt[],
): string | undefined {
  const last = oldestFirst(known.filter((receipt) => receipt.sink === sink && isProbe(receipt))).at(-1);
  const isKnown =
    verdict.outcome === 'Reached'
      ? last?.outcome !== 'Failed'
      : last?.outcome === 'Failed' &&
        last.reason === verdict.reason &&
        last.node === node &&
        seriesPlace(last.id)?.batchUid === batchUid;
  if (isKnown) return undefined;
  return seriesId('probe', batchUid, (newestIn({ series: 'probe', batchUid }, sink, known)?.number ?? 0) + 1);
}
