import type { Log } from '../api/log.ts';
import type { ReportReason } from '../api/names.ts';
import { toMicroTime } from '../core/text.ts';
import { pause } from '../kube/pause.ts';
import type { PostedReport, ReportLedger } from './report-ledger.ts';
import type { ReportQueue } from './report-queue.ts';
import type { ReportStore } from './report-store.ts';
import type { TurnSource } from './turn-source.ts';

/** Reports after which a process is still at it. After any other it has ended, or its host is going down. */
const OPEN_REASONS: readonly ReportReason[] = ['UpgradeStarted', 'UpgradeProgressing'];

/** What the beat needs. */
export interface BeatOptions {
  readonly ledger: ReportLedger;
  readonly queue: ReportQueue;
  readonly store: ReportStore;
  readonly turns: TurnSource;
  /** Between two beats, in milliseconds; each pause differs by up to a tenth, so that the nodes of a batch do not beat together. */
  readonly intervalMs: number;
  readonly now: () => number;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly random: () => number;
  readonly log: Log;
}

/**
 * Says "still at it" for every process of the turn that has reported and not ended: a higher `series.count` in its last Event. (A
 * repeated POST would be refused and wake no watcher.) It proves that the host, its network and the reporter live, and no more.
 */
export async function keepBeating(options: BeatOptions, signal: AbortSignal): Promise<void> {
  const { ledger, turns, intervalMs, sleep, random } = options;
  for (;;) {
    await pause(sleep, intervalMs * (0.9 + random() / 5), signal);
    if (signal.aborted) return;
    const view = turns.view();
    ledger.forgetOthers(view);
    for (const posted of ledger.lastReports(view)) {
      if (OPEN_REASONS.includes(posted.report.text.reason)) await beat(posted, options);
    }
  }
}

async function beat(posted: PostedReport, { ledger, queue, store, now, log }: BeatOptions): Promise<void> {
  const { namespace } = posted.report.turn;
  const count = posted.count + 1;
  const answer = await store.patchSeries(namespace, posted.name, { count, lastObservedTime: toMicroTime(now()) });
  if (answer.kind !== 'Done') {
    log.warn('Writing the slow beat failed', { namespace, name: posted.name, error: answer.message });
    return;
  }
  if (answer.value === 'Patched') {
    ledger.markBeat(posted, count);
    return;
  }
  log.info('The last report has expired, reporting it again', { namespace, name: posted.name });
  const queued = queue.submit({ ...posted.report, time: now() });
  if (queued === undefined) log.warn('The queue is full, leaving out a beat', { namespace, name: posted.name });
}
