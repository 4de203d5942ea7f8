import type { ReportEvent } from '../core/reports/report-event.ts';

/** The result of a request to the API server. */
export type StoreAnswer<Value> =
  | { readonly kind: 'Done'; readonly value: Value }
  /** The API server will never accept the request; the message says why. */
  | { readonly kind: 'Rejected'; readonly message: string }
  /** A later attempt may succeed. `retryAfterMs` is the delay that the API server asked for. */
  | { readonly kind: 'Unavailable'; readonly message: string; readonly retryAfterMs: number | undefined };

/** `series` of an Event: how many times it occurred, and when last. */
export interface EventSeries {
  /** At least 2: the API server rejects 1. */
  readonly count: number;
  /** A MicroTime. */
  readonly lastObservedTime: string;
}

/** Stores Events. No method throws for an error of the API server or the network. */
export interface ReportStore {
  /** `Exists`: an Event with this name exists already. */
  create(event: ReportEvent): Promise<StoreAnswer<'Created' | 'Exists'>>;
  /** The Event as JSON; undefined when there is none. */
  read(namespace: string, name: string): Promise<StoreAnswer<unknown>>;
  /** `Gone`: the Event has expired. */
  patchSeries(namespace: string, name: string, series: EventSeries): Promise<StoreAnswer<'Patched' | 'Gone'>>;
}
