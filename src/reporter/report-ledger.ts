import type { Log } from '../api/log.ts';
import type { ReportText, ReportedTurn } from '../core/reports/report-event.ts';
import type { ReportingNode, TurnView } from './turn-source.ts';

/** A report that was accepted but may not be posted yet. It gets its sequence number when it is posted. */
export interface AcceptedReport {
  readonly turn: ReportedTurn;
  readonly node: ReportingNode;
  readonly process: string;
  readonly attempt: number;
  readonly text: ReportText;
  /** The host's clock, milliseconds since the epoch. */
  readonly time: number;
}

/** The last report of a stream that was posted as an Event. */
export interface PostedReport {
  readonly report: AcceptedReport;
  /** Name of the Event. */
  readonly name: string;
  /** `series.count` as last written; 1 before the first heartbeat. */
  readonly count: number;
}

/** The reports of one process in one attempt and one boot. They share a sequence. */
export interface ReportStream {
  /** The last sequence number that was used. */
  readonly sequence: number;
  readonly last: PostedReport | undefined;
}

/** The state that must survive a restart of the reporter. */
export interface LedgerState {
  readonly pending: readonly AcceptedReport[];
  readonly streams: Readonly<Record<string, ReportStream>>;
}

/** Persists the ledger. */
export interface LedgerStore {
  /** The saved state; undefined when there is none or it is invalid. */
  load(): Promise<LedgerState | undefined>;
  /** Replaces the saved state. */
  save(state: LedgerState): Promise<void>;
}

/**
 * The reporter's state: the pending reports and the position of each stream. It is saved at every change, so that an accepted report
 * survives a restart of the reporter, and a sequence continues even when older Events have expired.
 */
export class ReportLedger {
  readonly #store: LedgerStore;
  readonly #log: Log;
  #pending: readonly AcceptedReport[] = [];
  #streams: ReadonlyMap<string, ReportStream> = new Map();
  #saving: Promise<void> = Promise.resolve();
  #saveQueued = false;

  constructor(store: LedgerStore, log: Log) {
    this.#store = store;
    this.#log = log;
  }

  /** Loads the state of an earlier run of the reporter. */
  async load(): Promise<void> {
    const state = await this.#store.load();
    if (state === undefined) return;
    this.#pending = state.pending;
    this.#streams = new Map(Object.entries(state.streams));
  }

  /** The reports that have not been posted yet, oldest first. */
  get pending(): readonly AcceptedReport[] {
    return this.#pending;
  }

  /** Adds a pending report. */
  accept(report: AcceptedReport): void {
    this.#pending = [...this.#pending, report];
    this.#save();
  }

  /** The stream of a report. */
  streamOf(report: AcceptedReport): ReportStream {
    return this.#streams.get(streamKey(report)) ?? { sequence: 0, last: undefined };
  }

  /** Removes a pending report that was posted with this sequence and name. */
  markPosted(report: AcceptedReport, sequence: number, name: string): void {
    this.#setStream(report, { sequence, last: { report, name, count: 1 } });
    this.#remove(report);
  }

  /** Removes a pending report that the API server will never accept. */
  drop(report: AcceptedReport): void {
    this.#remove(report);
  }

  /** Records that a heartbeat was written. */
  markHeartbeat(posted: PostedReport, count: number): void {
    const stream = this.streamOf(posted.report);
    if (stream.last?.name === posted.name) this.#setStream(posted.report, { ...stream, last: { ...posted, count } });
    this.#save();
  }

  /** The last report of each stream of the current turn. */
  lastReports(view: TurnView): readonly PostedReport[] {
    return [...this.#streams.values()].flatMap(({ last }) => (last !== undefined && belongsTo(last.report, view) ? [last] : []));
  }

  /** Forgets the streams that cannot get more reports, because the turn, the attempt or the boot has changed. */
  forgetClosedStreams(view: TurnView): void {
    if (view.kind === 'Unknown') return;
    const kept = [...this.#streams].filter(
      ([key, { last }]) =>
        (last !== undefined && belongsTo(last.report, view)) || this.#pending.some((report) => streamKey(report) === key),
    );
    if (kept.length === this.#streams.size) return;
    this.#streams = new Map(kept);
    this.#save();
  }

  /** Resolves when all changes so far were saved, or saving them failed. */
  async saved(): Promise<void> {
    await this.#saving;
  }

  #remove(report: AcceptedReport): void {
    this.#pending = this.#pending.filter((other) => other !== report);
    this.#save();
  }

  #setStream(report: AcceptedReport, stream: ReportStream): void {
    this.#streams = new Map(this.#streams).set(streamKey(report), stream);
  }

  /** Changes during a save are combined into the next one. */
  #save(): void {
    if (this.#saveQueued) return;
    this.#saveQueued = true;
    this.#saving = this.#saving.then(async () => {
      this.#saveQueued = false;
      try {
        await this.#store.save({ pending: this.#pending, streams: Object.fromEntries(this.#streams) });
      } catch (error) {
        // Reports are still posted. Only a restart of the reporter would lose the pending ones.
        this.#log.warn('Saving the reporter state failed', { error });
      }
    });
  }
}

function streamKey({ turn, node, process, attempt }: AcceptedReport): string {
  return [turn.batchUid, node.uid, process, attempt, node.bootId].join('/');
}

function belongsTo(report: AcceptedReport, view: TurnView): boolean {
  return (
    view.kind === 'Open' &&
    report.turn.batchUid === view.turn.batchUid &&
    report.attempt === view.turn.attempt &&
    report.node.uid === view.node.uid &&
    report.node.bootId === view.node.bootId
  );
}
