import type { Log } from '../api/log.ts';
import type { Hash } from '../core/facts.ts';
import { pause } from '../kube/pause.ts';
import { ReportLedger } from './report-ledger.ts';
import type { LedgerStore } from './report-ledger.ts';
import { ReportQueue } from './report-queue.ts';
import { answerRequest } from './report-routes.ts';
import { openSocket } from './report-socket.ts';
import type { OpenSocket } from './report-socket.ts';
import type { ReportStore } from './report-store.ts';
import { keepBeating } from './slow-beat.ts';
import type { TurnSource } from './turn-source.ts';

/** All that a reporter needs. Times are in milliseconds. */
export interface ReporterOptions {
  readonly socketPath: string;
  readonly store: ReportStore;
  readonly turns: TurnSource;
  readonly ledgerStore: LedgerStore;
  readonly hash: Hash;
  /** `reportingInstance` of the Events: the name of the Pod, or else of the node. */
  readonly instance: string;
  /** How many reports may wait. */
  readonly queueLimit: number;
  readonly beatMs: number;
  /** How long a caller that does not say is kept waiting for its Event. */
  readonly answerWithinMs: number;
  /** How long the queue may take to empty at the end. */
  readonly drainMs: number;
  readonly now: () => number;
  readonly random: () => number;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly log: Log;
}

/** How long a caller that is still speaking at the end may go on before it is cut off. */
const PARTING_MS = 2000;

/**
 * Takes reports on the socket and posts them, until the signal is aborted. Then it takes no more, empties its queue, and resolves.
 * What could not be posted stays in the ledger for the next reporter.
 */
export async function runReporter(options: ReporterOptions, signal: AbortSignal): Promise<void> {
  const { socketPath, ledgerStore, drainMs, beatMs, queueLimit, log } = options;
  const ledger = new ReportLedger(ledgerStore, log);
  await ledger.load();
  const queue = new ReportQueue({ ...options, ledger, limit: queueLimit });
  const stop = new AbortController();
  const posting = queue.run(stop.signal);
  const beating = keepBeating({ ...options, ledger, queue, intervalMs: beatMs }, signal);
  const socket = await openSocket(socketPath, (request) => answerRequest(request, { ...options, queue, ending: signal }), log);
  log.info('Taking reports', { socket: socketPath, waiting: ledger.pending.length });

  // Neither of the loops ends before it is told to; but if one fails, the program must not go on without it.
  await Promise.race([aborted(signal), posting, beating]);

  log.info('Stopping', { waiting: ledger.pending.length });
  await closeWithin(socket, PARTING_MS, options.sleep);
  await queue.drain(drainMs);
  stop.abort();
  await Promise.all([posting, beating]);
  await ledger.saved();
  log.info('Stopped', { waiting: ledger.pending.length });
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
