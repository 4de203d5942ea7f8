import type { Log } from '../api/log.ts';
import type { ReportText, ReportedTurn } from '../core/reports/report-event.ts';
import type { ReportingNode, TurnView } from './turn-source.ts';

/** A report that was accepted. It gets its sequence number when it is posted. */
export interface AcceptedReport {
  readonly turn: ReportedTurn;
  readonly node: ReportingNode;
  readonly process: string;
  readonly attempt: number;
  readonly text: ReportText;
  /** The host's clock, milliseconds since the epoch. */
  readonly time: number;
}

/** The last report of a stream that is an Event by now. */
export interface PostedReport {
  readonly report: AcceptedReport;
  /** Name of the Event. */
  readonly name: string;
  /** `series.count` as last written; 1 while there was no beat. */
  readonly count: number;
}

/** The reports of one process in one attempt and one boot: what a sequence counts in. */
export interface ReportStream {
  /** The last sequence number that was used. */
  readonly sequence: number;
  readonly last: PostedReport | undefined;
}

/** All that must survive a restart of the reporter. */
export interface LedgerState {
  readonly pending: readonly AcceptedReport[];
  readonly streams: Readonly<Record<string, ReportStream>>;
}

/** Where the ledger is kept. */
export interface LedgerStore {
  /** The last state that was saved; undefined when there is none that can be read. */
  load(): Promise<LedgerState | undefined>;
  /** Replaces what was saved. */
  save(state: LedgerState): Promise<void>;
}

/**
 * What the reporter knows: the reports that wait, and how far each stream is. It is saved at every change, so that a report that was
 * accepted survives a restart of the reporter, and so that the sequence goes on where it was although older Events have expired.
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

  /** Takes over what an earlier run of the reporter has left. */
  async load(): Promise<void> {
    const state = await this.#store.load();
    if (state === undefined) return;
    this.#pending = state.pending;
    this.#streams = new Map(Object.entries(state.streams));
  }

  /** The reports that are not posted yet, oldest first. */
  get pending(): readonly AcceptedReport[] {
    return this.#pending;
  }

  accept(report: AcceptedReport): void {
    this.#pending = [...this.#pending, report];
    this.#save();
  }

  /** The stream that a report belongs to. */
  streamOf(report: AcceptedReport): ReportStream {
    return this.#streams.get(streamKey(report)) ?? { sequence: 0, last: undefined };
  }

  /** Takes a report off the list: it was posted under `sequence` and `name`. */
  markPosted(report: AcceptedReport, sequence: number, name: string): void {
    this.#setStream(report, { sequence, last: { report, name, count: 1 } });
    this.#remove(report);
  }

  /** Takes a report off the list that will never be accepted. */
  drop(report: AcceptedReport): void {
    this.#remove(report);
  }

  /** Notes that a beat was written. */
  markBeat(posted: PostedReport, count: number): void {
    const stream = this.streamOf(posted.report);
    if (stream.last?.name === posted.name) this.#setStream(posted.report, { ...stream, last: { ...posted, count } });
    this.#save();
  }

  /** The last report of each stream of the present turn. */
  lastReports(view: TurnView): readonly PostedReport[] {
    return [...this.#streams.values()].flatMap(({ last }) => (last !== undefined && belongsTo(last.report, view) ? [last] : []));
  }

  /** Forgets streams that can get no more reports, because the turn, the attempt or the boot is another by now. */
  forgetOthers(view: TurnView): void {
    if (view.kind === 'Unknown') return;
    const kept = [...this.#streams].filter(
      ([key, { last }]) =>
        (last !== undefined && belongsTo(last.report, view)) || this.#pending.some((report) => streamKey(report) === key),
    );
    if (kept.length === this.#streams.size) return;
    this.#streams = new Map(kept);
    this.#save();
  }

  /** Resolves when everything up to now is saved, or could not be. */
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

  /** Changes that come while one save runs go into the next one together. */
  #save(): void {
    if (this.#saveQueued) return;
    this.#saveQueued = true;
    this.#saving = this.#saving.then(async () => {
      this.#saveQueued = false;
      try {
        await this.#store.save({ pending: this.#pending, streams: Object.fromEntries(this.#streams) });
      } catch (error) {
        // Reports still go out; only a restart of the reporter would lose what waits.
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
