import type { RefusalName } from '../api-server/refusals.ts';

/** The programs that faults can hit, by the first part of their names. */
export type Role = 'operator' | 'agent' | 'reporter';

/** What a program does at a point: a request that writes, one that reads, one that opens a watch, or an event that it receives. */
export type PointKind = 'Write' | 'Read' | 'Watch' | 'Event';

/** The n-th time, from 1, that programs of a role do something. Programs that were started again count on. */
export interface Point {
  readonly program: Role;
  readonly kind: PointKind;
  readonly n: number;
}

/** A fault that hits a request. Times are in milliseconds. */
export type RequestFault =
  /** The request never arrives. */
  | { readonly kind: 'RequestLost' }
  /** The request takes effect, and its answer never arrives. */
  | { readonly kind: 'AnswerLost' }
  | { readonly kind: 'RequestLate'; readonly ms: number }
  | { readonly kind: 'AnswerLate'; readonly ms: number }
  /** Something in between sends the request again. */
  | { readonly kind: 'RequestRepeated'; readonly ms: number }
  /** Something refuses the request before it takes effect. */
  | { readonly kind: 'Refused'; readonly refusal: RefusalName }
  /** The program is killed before the request arrives, and starts again after a while. */
  | { readonly kind: 'KilledBefore'; readonly downMs: number }
  /** The program is killed after the request took effect, before it has an answer. */
  | { readonly kind: 'KilledAfter'; readonly downMs: number };

/** A fault that hits an event of a watch. */
export type EventFault =
  | { readonly kind: 'EventLate'; readonly ms: number }
  | { readonly kind: 'WatchBroken' }
  /** The watch delivers nothing from this event on. Then it ends, and cannot be resumed: the program never sees the states in between. */
  | { readonly kind: 'EventsMissed'; readonly forMs: number };

/** A fault that begins at a time and lasts. */
export type TimedFault =
  /** The program is cut off from the API server. */
  | { readonly kind: 'Partition'; readonly program: Role; readonly forMs: number }
  /** The program's watches deliver nothing. */
  | { readonly kind: 'WatchesStall'; readonly program: Role; readonly forMs: number }
  /** Writes to a resource are refused. */
  | {
      readonly kind: 'WritesRefused';
      readonly program: Role;
      /** Plural name; undefined: all. */
      readonly resource: string | undefined;
      readonly refusal: RefusalName;
      readonly forMs: number;
    }
  /** The program is killed. When it starts again, its lists show the state of an older version, and its watches stall. */
  | { readonly kind: 'Rewind'; readonly program: Role; readonly versions: number; readonly forMs: number }
  /** The clock of the program's host is wrong. */
  | { readonly kind: 'ClockWrong'; readonly program: Role; readonly offsetMs: number; readonly forMs: number }
  | { readonly kind: 'Killed'; readonly program: Role; readonly downMs: number }
  /** A second operator runs beside the first. */
  | { readonly kind: 'SecondOperator'; readonly forMs: number }
  | { readonly kind: 'KubeletStopped'; readonly host: string; readonly forMs: number }
  | { readonly kind: 'PowerLost'; readonly host: string; readonly forMs: number }
  | { readonly kind: 'HostPartition'; readonly host: string; readonly forMs: number }
  | { readonly kind: 'DiskFull'; readonly host: string; readonly forMs: number }
  | { readonly kind: 'Receiver'; readonly sink: string; readonly policy: ReceiverPolicy; readonly forMs: number };

/** How a receiver of notifications behaves. */
export type ReceiverPolicy =
  /** Nobody answers. */
  | { readonly kind: 'Down' }
  /** It answers after a while, which may be longer than the sender waits. */
  | { readonly kind: 'Slow'; readonly ms: number }
  /** It answers with a status, such as 503 or 400, and keeps nothing. */
  | { readonly kind: 'Answers'; readonly status: number }
  /** It keeps the message and answers that it has not. */
  | { readonly kind: 'KeepsAndFails'; readonly status: number };

/** One entry of a schedule: data that can be printed, replayed, and made shorter. */
export type ScheduledFault =
  | { readonly at: Point; readonly fault: RequestFault | EventFault }
  /** Milliseconds from the start of the run. */
  | { readonly at: { readonly ms: number }; readonly fault: TimedFault };

export type Schedule = readonly ScheduledFault[];

export type FaultKind = ScheduledFault['fault']['kind'];

/** A line of text for a transcript. */
export function describeFault({ at, fault }: ScheduledFault): string {
  const when = 'ms' in at ? `at ${(at.ms / 1000).toFixed(3)} s` : `at ${at.kind.toLowerCase()} ${at.n} of the ${at.program}`;
  const { kind, ...details } = fault;
  return `${when}: ${kind}${Object.keys(details).length === 0 ? '' : ` ${JSON.stringify(details)}`}`;
}
