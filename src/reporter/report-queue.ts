import type { Log } from '../api/log.ts';
import type { Hash } from '../core/facts.ts';
import { buildReportEvent } from '../core/reports/report-event.ts';
import { isSameReport } from '../core/reports/parse-report.ts';
import { backoffMs } from '../core/backoff.ts';
import { pause } from '../kube/pause.ts';
import type { AcceptedReport, ReportLedger } from './report-ledger.ts';
import type { ReportStore, StoreAnswer } from './report-store.ts';

/** Backoff after failures. */
const BACKOFF = { baseMs: 500, maxMs: 30_000 } as const;
/** Backoff while the reporter stops and has little time. */
const STOPPING_BACKOFF = { baseMs: 250, maxMs: 1000 } as const;

/** The result of posting a report. */
export type PostOutcome =
  | { readonly kind: 'Posted'; readonly namespace: string; readonly name: string }
  | { readonly kind: 'Rejected'; readonly message: string };

/** What the queue depends on. */
export interface QueueOptions {
  readonly ledger: ReportLedger;
  readonly store: ReportStore;
  readonly hash: Hash;
  /** `reportingInstance` of the Events. */
  readonly instance: string;
  /** Maximum number of pending reports. */
  readonly limit: number;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly random: () => number;
  readonly log: Log;
}

/** Posts reports one after the other, in the order in which they were made. Retries until the API server accepts them. */
export class ReportQueue {
  readonly #options: QueueOptions;
  readonly #waiting = new Map<AcceptedReport, (outcome: PostOutcome) => void>();
  #wake = Promise.withResolvers<undefined>();
  #draining = new AbortController();
  #empty = Promise.withResolvers<undefined>();

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  /** Adds a report to the queue; undefined when the queue is full. The returned promise never rejects. */
  submit(report: AcceptedReport): Promise<PostOutcome> | undefined {
    if (this.#options.ledger.pending.length >= this.#options.limit) return undefined;
    const { promise, resolve } = Promise.withResolvers<PostOutcome>();
    this.#waiting.set(report, resolve);
    this.#options.ledger.accept(report);
    this.#wake.resolve(undefined);
    return promise;
  }

  /** Posts the pending reports until the signal is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    signal.addEventListener('abort', () => this.#wake.resolve(undefined), { once: true });
    let failures = 0;
    while (!signal.aborted) {
      const [report] = this.#options.ledger.pending;
      if (report === undefined) {
        this.#empty.resolve(undefined);
        await this.#wake.promise;
        this.#wake = Promise.withResolvers();
        continue;
      }
      const answer = await this.#post(report);
      if (answer.kind === 'Unavailable') {
        failures += 1;
        await this.#pause(answer, failures, signal);
        continue;
      }
      failures = 0;
      this.#settle(report, answer);
    }
  }

  /** Resolves when the queue is empty or `timeoutMs` have passed. Until then, retries follow more quickly. */
  async drain(timeoutMs: number): Promise<void> {
    this.#empty = Promise.withResolvers();
    this.#draining.abort();
    this.#wake.resolve(undefined);
    const giveUp = new AbortController();
    await Promise.race([this.#empty.promise, pause(this.#options.sleep, timeoutMs, giveUp.signal)]);
    giveUp.abort();
  }

  #settle(report: AcceptedReport, answer: PostAnswer): void {
    const { ledger, log } = this.#options;
    const { namespace } = report.turn;
    const resolve = this.#waiting.get(report);
    this.#waiting.delete(report);
    if (answer.kind === 'Rejected') {
      ledger.drop(report);
      log.error('Dropping a report that the API server rejected', { namespace, ...logFields(report), error: answer.message });
      resolve?.({ kind: 'Rejected', message: answer.message });
      return;
    }
    ledger.markPosted(report, answer.sequence, answer.name);
    log.info('Posted a report', { namespace, name: answer.name, ...logFields(report) });
    resolve?.({ kind: 'Posted', namespace, name: answer.name });
  }

  /** One attempt. If another report has the name, because an earlier reporter lost its state, the next sequence number is used. */
  async #post(report: AcceptedReport): Promise<PostAnswer | Unavailable> {
    const { ledger, store, hash, instance } = this.#options;
    for (let sequence = ledger.streamOf(report).sequence + 1; ; sequence++) {
      const event = buildReportEvent({ ...report, sequence, instance }, hash);
      const { namespace, name } = event.metadata;
      const created = await store.create(event);
      if (created.kind !== 'Done') return created;
      if (created.value === 'Created') return { kind: 'Posted', sequence, name };

      const existing = await store.read(namespace, name);
      if (existing.kind !== 'Done') return existing;
      // The Event expired between the two requests. Its name is free again for the next attempt.
      if (existing.value === undefined) return { kind: 'Unavailable', message: 'The Event has just expired.', retryAfterMs: 0 };
      if (isSameReport(existing.value, event)) return { kind: 'Posted', sequence, name };
    }
  }

  async #pause(answer: Unavailable, failures: number, signal: AbortSignal): Promise<void> {
    const { sleep, random, log, ledger } = this.#options;
    const draining = this.#draining.signal.aborted;
    const pauseMs = answer.retryAfterMs ?? backoffMs(failures, draining ? STOPPING_BACKOFF : BACKOFF, random());
    log.warn('Posting a report failed, retrying', {
      failures,
      pauseMs,
      pending: ledger.pending.length,
      error: answer.message,
    });
    await pause(sleep, pauseMs, draining ? signal : AbortSignal.any([signal, this.#draining.signal]));
  }
}

type Unavailable = Extract<StoreAnswer<never>, { kind: 'Unavailable' }>;
type PostAnswer =
  | Extract<StoreAnswer<never>, { kind: 'Rejected' }>
  | { readonly kind: 'Posted'; readonly sequence: number; readonly name: string };

function logFields({ turn, process, attempt, text }: AcceptedReport): object {
  return { batch: turn.batch, process, attempt, reason: text.reason };
}
