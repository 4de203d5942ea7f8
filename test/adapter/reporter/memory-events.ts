import type { ReportEvent } from '../../../src/core/reports/report-event.ts';
import type { EventSeries, ReportStore, StoreAnswer } from '../../../src/reporter/report-store.ts';

export interface StoredEvent extends ReportEvent {
  readonly series?: EventSeries;
}

/** Events in memory, with the troubles of an API server on request. */
export class MemoryEvents implements ReportStore {
  readonly events = new Map<string, StoredEvent>();
  /** Given to the next creates, one each, before anything is stored. */
  readonly answers: StoreAnswer<'Created' | 'Exists'>[] = [];
  /** While true, nothing can be reached. */
  down = false;
  /** While true, Events are stored but the answer is lost. */
  losesAnswers = false;
  creates = 0;

  create(event: ReportEvent): Promise<StoreAnswer<'Created' | 'Exists'>> {
    this.creates += 1;
    if (this.down) return Promise.resolve(unavailable());
    const answer = this.answers.shift();
    if (answer !== undefined) return Promise.resolve(answer);
    if (this.events.has(event.metadata.name)) return Promise.resolve({ kind: 'Done', value: 'Exists' });
    this.events.set(event.metadata.name, event);
    return Promise.resolve(this.losesAnswers ? unavailable() : { kind: 'Done', value: 'Created' });
  }

  read(_namespace: string, name: string): Promise<StoreAnswer<unknown>> {
    return Promise.resolve(this.down ? unavailable() : { kind: 'Done', value: this.events.get(name) });
  }

  patchSeries(_namespace: string, name: string, series: EventSeries): Promise<StoreAnswer<'Patched' | 'Gone'>> {
    if (this.down) return Promise.resolve(unavailable());
    const event = this.events.get(name);
    if (event === undefined) return Promise.resolve({ kind: 'Done', value: 'Gone' });
    if (series.count < 2)
      return Promise.resolve({ kind: 'Rejected', message: 'series.count: Invalid value: should be at least 2' });
    this.events.set(name, { ...event, series });
    return Promise.resolve({ kind: 'Done', value: 'Patched' });
  }

  /** What was reported, in the order of creation: sequence, reason and note without its prefix. */
  get story(): readonly string[] {
    return [...this.events.values()].map(
      (event) =>
        `${event.metadata.annotations['baton.dev/sequence'] ?? '?'} ${event.reason} ${event.note.replace(/^[^ ]* /, '')}`,
    );
  }
}

function unavailable(): StoreAnswer<never> {
  return { kind: 'Unavailable', message: 'connect ECONNREFUSED', retryAfterMs: undefined };
}
