import type { ReportEvent } from '../core/reports/report-event.ts';

/** What came of a request to the API server. */
export type StoreAnswer<Value> =
  | { readonly kind: 'Done'; readonly value: Value }
  /** It will never be accepted as it is; the message says why. */
  | { readonly kind: 'Refused'; readonly message: string }
  /** It may be accepted later. `retryAfterMs` is what the API server asked for. */
  | { readonly kind: 'Unavailable'; readonly message: string; readonly retryAfterMs: number | undefined };

/** `series` of an Event: how often it was seen, itself included, and when last. */
export interface EventSeries {
  /** At least 2: the API server refuses 1. */
  readonly count: number;
  /** A MicroTime. */
  readonly lastObservedTime: string;
}

/** Where Events are kept. No method throws for what the API server or the network does. */
export interface ReportStore {
  /** `Exists`: another Event has the name. */
  create(event: ReportEvent): Promise<StoreAnswer<'Created' | 'Exists'>>;
  /** The Event as JSON; undefined when there is none. */
  read(namespace: string, name: string): Promise<StoreAnswer<unknown>>;
  /** `Gone`: the Event has expired. */
  patchSeries(namespace: string, name: string, series: EventSeries): Promise<StoreAnswer<'Patched' | 'Gone'>>;
}
