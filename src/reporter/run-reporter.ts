import type { Log } from '../api/log.ts';
import type { Hash } from '../core/facts.ts';
import { pause } from '../kube/pause.ts';
import { ReportLedger } from './report-ledger.ts';
import type { LedgerStore } from './report-ledger.ts';
import { ReportQueue } from './report-queue.ts';
import { answerRequest } from './report-routes.ts';
import type { Listen, OpenSocket } from './open-socket.ts';
import type { ReportStore } from './report-store.ts';
import { sendHeartbeats } from './heartbeat.ts';
import type { TurnSource } from './turn-source.ts';

/** What a reporter depends on. Times are in milliseconds. */
export interface ReporterOptions {
  readonly socketPath: string;
  readonly openSocket: Listen;
  readonly store: ReportStore;
  readonly turns: TurnSource;
  readonly ledgerStore: LedgerStore;
  readonly hash: Hash;
  /** `reportingInstance` of the Events: the name of the Pod, else of the node. */
  readonly instance: string;
  /** Maximum number of pending reports. */
  readonly queueLimit: number;
  readonly heartbeatMs: number;
  /** How long a caller waits for its Event when it does not set `Prefer: wait`. */
  readonly answerTimeoutMs: number;
  /** How long the queue may take to empty when the reporter stops. */
  readonly drainTimeoutMs: number;
  readonly now: () => number;
  readonly random: () => number;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly log: Log;
}

/** How long requests in progress may take when the reporter stops. */
const SOCKET_CLOSE_GRACE_MS = 2000;

/**
 * Accepts reports on the socket and posts them until the signal is aborted. Then it closes the socket, empties its queue and resolves.
 * Reports that could not be posted stay in the ledger for the next reporter.
 */
export async function runReporter(options: ReporterOptions, signal: AbortSignal): Promise<void> {
  const { socketPath, openSocket, ledgerStore, drainTimeoutMs, heartbeatMs, queueLimit, log } = options;
  const ledger = new ReportLedger(ledgerStore, log);
  await ledger.load();
  const queue = new ReportQueue({ ...options, ledger, limit: queueLimit });
  const stop = new AbortController();
  const posting = queue.run(stop.signal);
  const beating = sendHeartbeats({ ...options, ledger, queue, intervalMs: heartbeatMs }, signal);
  const socket = await openSocket(socketPath, (request) => answerRequest(request, { ...options, queue, stopping: signal }));
  log.info('Accepting reports', { socket: socketPath, pending: ledger.pending.length });

  // The loops end only when they are stopped. If one fails, the program must not continue without it.
  await Promise.race([aborted(signal), posting, beating]);

  log.info('Stopping', { pending: ledger.pending.length });
  await closeWithin(socket, SOCKET_CLOSE_GRACE_MS, options.sleep);
  await queue.drain(drainTimeoutMs);
  stop.abort();
  await Promise.all([posting, beating]);
  await ledger.saved();
  log.info('Stopped', { pending: ledger.pending.length });
}

async function closeWithin(socket: OpenSocket, ms: number, sleep: ReporterOptions['sleep']): Promise<void> {
  const closed = new AbortController();
  const cutOff = new AbortController();
  const waiting = pause(sleep, ms, closed.signal).then(() => cutOff.abort());
  await socket.close(cutOff.signal);
  closed.abort();
  await waiting;
}

async function aborted(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  signal.addEventListener('abort', () => resolve(undefined), { once: true });
  if (signal.aborted) resolve(undefined);
  await promise;
}
