import type { Log } from '../api/log.ts';
import type { ReportReason } from '../api/names.ts';
import { toMicroTime } from '../core/text.ts';
import { pause } from '../kube/pause.ts';
import type { PostedReport, ReportLedger } from './report-ledger.ts';
import type { ReportQueue } from './report-queue.ts';
import type { ReportStore } from './report-store.ts';
import type { TurnSource } from './turn-source.ts';

/** Reasons after which a process is still running. After any other it has ended, or its host is going down. */
const RUNNING_REASONS: readonly ReportReason[] = ['UpgradeStarted', 'UpgradeProgressing'];

/** What the heartbeat depends on. */
export interface HeartbeatOptions {
  readonly ledger: ReportLedger;
  readonly queue: ReportQueue;
  readonly store: ReportStore;
  readonly turns: TurnSource;
  /** Interval between two heartbeats in milliseconds. A jitter of a tenth keeps the nodes of a batch apart. */
  readonly intervalMs: number;
  readonly now: () => number;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly random: () => number;
  readonly log: Log;
}

/**
 * Sends a heartbeat for every process of the turn that has reported and not ended, by incrementing `series.count` of its last Event. (The
 * API server would reject a repeated POST, and watchers would not see it.) It shows only that the host, its network and the reporter work.
 */
export async function sendHeartbeats(options: HeartbeatOptions, signal: AbortSignal): Promise<void> {
  const { ledger, turns, intervalMs, sleep, random } = options;
  for (;;) {
    await pause(sleep, intervalMs * (0.9 + random() / 5), signal);
    if (signal.aborted) return;
    const view = turns.view();
    ledger.forgetClosedStreams(view);
    for (const posted of ledger.lastReports(view)) {
      if (RUNNING_REASONS.includes(posted.report.text.reason)) await sendHeartbeat(posted, options);
    }
  }
}

async function sendHeartbeat(posted: PostedReport, { ledger, queue, store, now, log }: HeartbeatOptions): Promise<void> {
  const { namespace } = posted.report.turn;
  const count = posted.count + 1;
  const answer = await store.patchSeries(namespace, posted.name, { count, lastObservedTime: toMicroTime(now()) });
  if (answer.kind !== 'Done') {
    log.warn('Sending a heartbeat failed', { namespace, name: posted.name, error: answer.message });
    return;
  }
  if (answer.value === 'Patched') {
    ledger.markHeartbeat(posted, count);
    return;
  }
  log.info('Reporting again because the last Event has expired', { namespace, name: posted.name });
  const queued = queue.submit({ ...posted.report, time: now() });
  if (queued === undefined) log.warn('Skipping a heartbeat because the queue is full', { namespace, name: posted.name });
}
