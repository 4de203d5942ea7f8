import type { Log } from '../api/log.ts';
import type { Hash } from '../core/facts.ts';
import { buildReportEvent } from '../core/reports/report-event.ts';
import { isSameReport } from '../core/reports/parse-report.ts';
import { backoffMs } from '../kube/backoff.ts';
import { pause } from '../kube/pause.ts';
import type { AcceptedReport, ReportLedger } from './report-ledger.ts';
import type { ReportStore, StoreAnswer } from './report-store.ts';

/** Pauses after failures. */
const BACKOFF = { baseMs: 500, maxMs: 30_000 } as const;
/** The same while the reporter is ending and has little time. */
const DRAIN_BACKOFF = { baseMs: 250, maxMs: 1000 } as const;

/** What became of a report. */
export type PostOutcome =
  | { readonly kind: 'Posted'; readonly namespace: string; readonly name: string }
  | { readonly kind: 'Refused'; readonly message: string };

/** What the queue needs. */
export interface QueueOptions {
  readonly ledger: ReportLedger;
  readonly store: ReportStore;
  readonly hash: Hash;
  /** `reportingInstance` of the Events. */
  readonly instance: string;
  /** How many reports may wait. */
  readonly limit: number;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly random: () => number;
  readonly log: Log;
}

/** Posts reports one after the other, so that their sequence is the order in which they were made; tries until the API server takes them. */
export class ReportQueue {
  readonly #options: QueueOptions;
  readonly #waiting = new Map<AcceptedReport, (outcome: PostOutcome) => void>();
  #wake = Promise.withResolvers<undefined>();
  #hurry = new AbortController();
  #empty = Promise.withResolvers<undefined>();

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  /** Puts a report into the queue; undefined when the queue is full. The promise it gives never rejects. */
  submit(report: AcceptedReport): Promise<PostOutcome> | undefined {
    if (this.#options.ledger.pending.length >= this.#options.limit) return undefined;
    const { promise, resolve } = Promise.withResolvers<PostOutcome>();
    this.#waiting.set(report, resolve);
    this.#options.ledger.accept(report);
    this.#wake.resolve(undefined);
    return promise;
  }

  /** Posts what comes in until the signal is aborted. */
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

  /** Resolves when the queue is empty, or after `withinMs`. Until then failures are tried again sooner. */
  async drain(withinMs: number): Promise<void> {
    this.#empty = Promise.withResolvers();
    this.#hurry.abort();
    this.#wake.resolve(undefined);
    const giveUp = new AbortController();
    await Promise.race([this.#empty.promise, pause(this.#options.sleep, withinMs, giveUp.signal)]);
    giveUp.abort();
  }

  #settle(report: AcceptedReport, answer: Posting): void {
    const { ledger, log } = this.#options;
    const { namespace } = report.turn;
    const resolve = this.#waiting.get(report);
    this.#waiting.delete(report);
    if (answer.kind === 'Refused') {
      ledger.drop(report);
      log.error('Posting a report was refused, dropping it', { namespace, ...about(report), error: answer.message });
      resolve?.({ kind: 'Refused', message: answer.message });
      return;
    }
    ledger.markPosted(report, answer.sequence, answer.name);
    log.info('Posted a report', { namespace, name: answer.name, ...about(report) });
    resolve?.({ kind: 'Posted', namespace, name: answer.name });
  }

  /** One try. A name that is taken by another report, left by a reporter that lost its state, means the next sequence. */
  async #post(report: AcceptedReport): Promise<Posting | Unavailable> {
    const { ledger, store, hash, instance } = this.#options;
    for (let sequence = ledger.streamOf(report).sequence + 1; ; sequence++) {
      const event = buildReportEvent({ ...report, sequence, instance }, hash);
      const { namespace, name } = event.metadata;
      const created = await store.create(event);
      if (created.kind !== 'Done') return created;
      if (created.value === 'Created') return { kind: 'Posted', sequence, name };

      const existing = await store.read(namespace, name);
      if (existing.kind !== 'Done') return existing;
      // Gone between the two requests: the name is free again, so the next try may take it.
      if (existing.value === undefined) return { kind: 'Unavailable', message: 'The Event has just expired.', retryAfterMs: 0 };
      if (isSameReport(existing.value, event)) return { kind: 'Posted', sequence, name };
    }
  }

  async #pause(answer: Unavailable, failures: number, signal: AbortSignal): Promise<void> {
    const { sleep, random, log, ledger } = this.#options;
    const draining = this.#hurry.signal.aborted;
    const pauseMs = answer.retryAfterMs ?? backoffMs(failures, draining ? DRAIN_BACKOFF : BACKOFF, random);
    log.warn('Posting a report failed, trying again', {
      failures,
      pauseMs,
      waiting: ledger.pending.length,
      error: answer.message,
    });
    await pause(sleep, pauseMs, draining ? signal : AbortSignal.any([signal, this.#hurry.signal]));
  }
}

type Unavailable = Extract<StoreAnswer<never>, { kind: 'Unavailable' }>;
type Posting =
  | Extract<StoreAnswer<never>, { kind: 'Refused' }>
  | { readonly kind: 'Posted'; readonly sequence: number; readonly name: string };

function about({ turn, process, attempt, text }: AcceptedReport): object {
  return { batch: turn.batch, process, attempt, reason: text.reason };
}
