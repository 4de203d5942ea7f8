import type { ApiAnswer, ApiRequest } from '../api-server/rest/exchange.ts';

/** A request on its way from a program to the API server. */
export interface OutgoingRequest {
  readonly request: ApiRequest;
  /** Name of the program that sends it, for example `operator/1` or `agent/node-7`. */
  readonly from: string;
  readonly watch: boolean;
}

/** What becomes of a request. Times are in milliseconds from the event before. */
export type RequestFate =
  /** It arrives, and so does its answer. */
  | { readonly kind: 'Arrives'; readonly afterMs: number; readonly answerAfterMs: number }
  /** It arrives twice: something in between repeats it. The program gets the first answer. */
  | { readonly kind: 'ArrivesTwice'; readonly afterMs: number; readonly againAfterMs: number; readonly answerAfterMs: number }
  /** It never arrives. The connection breaks after a while; undefined: the program hears nothing at all. */
  | { readonly kind: 'Lost'; readonly breaksAfterMs: number | undefined }
  /** It arrives and takes effect, but its answer is lost. */
  | { readonly kind: 'AnswerLost'; readonly afterMs: number; readonly breaksAfterMs: number | undefined }
  /** Something refuses it before it takes effect. */
  | { readonly kind: 'Refused'; readonly afterMs: number; readonly answer: ApiAnswer };

/** What becomes of one line of a watch: it arrives after a time (ms), it is hidden, or the watch breaks, by default at once. */
export type LineFate =
  | { readonly kind: 'Arrives'; readonly afterMs: number }
  | { readonly kind: 'Hidden' }
  | { readonly kind: 'Breaks'; readonly afterMs?: number };

/** The network between programs and the API server. */
export interface Network {
  /** Decides about each request. */
  request(outgoing: OutgoingRequest): RequestFate;
  /** Decides about each line of a watch. The lines of one watch keep their order, whatever this says. */
  line(outgoing: OutgoingRequest, line: string): LineFate;
}

/** A network without faults whose latencies are uniform between the two (ms). */
export function reliableNetwork(random: () => number, minMs: number, maxMs: number): Network {
  const latency = (): number => minMs + random() * (maxMs - minMs);
  return {
    request: () => ({ kind: 'Arrives', afterMs: latency(), answerAfterMs: latency() }),
    line: () => ({ kind: 'Arrives', afterMs: latency() }),
  };
}
