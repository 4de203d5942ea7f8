import { NOTIFY_REASONS } from '../../api/conditions.ts';
import type { Receipt } from '../../api/generated/upgradebatch.ts';
import type { ProbeResult } from '../notification/model/send-result.ts';
import { judgeFailure, type FailureVerdict, type ReachedVerdict, type Tries } from './attempt.ts';
import { inTime } from './in-time.ts';
import { isProbe, newestIn, seriesId, seriesPlace } from './series.ts';

/** What follows from a look at a sink. */
export type ProbeVerdict = FailureVerdict | ReachedVerdict;

/** A sink cannot be reached when so many tries, over so long (ms), have failed: a name server or a firewall may need a moment for a new Pod. */
const UNREACHABLE = { attempts: 3, afterMs: 10_000 } as const;

/**
 * Judges a look at a sink. A Secret is waited for as in a delivery, for the kubelet may bring it yet.
 *
 * @param random from 0 to 1, for the wait before the next look.
 */
export function judgeProbe(result: ProbeResult, tries: Omit<Tries, 'unanswered'>, random: number): ProbeVerdict {
  if (result.kind === 'Reached') return { kind: 'Over', outcome: 'Reached' };
  const isLast = tries.attempts >= UNREACHABLE.attempts && tries.elapsedMs >= UNREACHABLE.afterMs;
  if (result.kind === 'Permanent' || !isLast) return judgeFailure(result, { ...tries, unanswered: false }, random);
  return { kind: 'Over', outcome: 'Failed', reason: NOTIFY_REASONS.SinkUnreachable, message: result.message };
}

/**
 * The id under which the end of a probe goes on record; undefined when it is nothing new. A failure is new for each batch, node and
 * reason; that a sink was reached is new only after a failure.
 *
 * @param known the receipts of the batch, and those of probes for other batches.
 */
export function probeId(
  verdict: Exclude<ProbeVerdict, { kind: 'Again' }>,
  { batchUid, sink, node }: { readonly batchUid: string; readonly sink: string; readonly node: string },
  known: readonly Receipt[],
): string | undefined {
  const last = inTime(known.filter((receipt) => receipt.sink === sink && isProbe(receipt))).at(-1);
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
