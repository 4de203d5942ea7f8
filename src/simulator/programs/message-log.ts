import type { Notification } from '../../core/notification/model/notification.ts';

/** Who sends to the outside. */
export interface Sender {
  /** Name of the process. */
  readonly program: string;
  /** The node it runs on; empty for the operator. */
  readonly node: string;
  /** The sink that sends. Absent for gates and silences. */
  readonly sink?: string;
  /** What the sink was given. Absent for probes. */
  readonly notification?: Notification;
}

/** A request, an email or an Event that has arrived at its receiver. */
export interface ReceivedMessage extends Sender {
  /** The time of the simulation (milliseconds since the epoch). */
  readonly time: number;
  readonly method: 'GET' | 'POST' | 'HEAD' | 'DELETE' | 'MAIL' | 'EVENT';
  /** The URL; for an email `smtp://host:port`; for an Event its path in the API. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly contentType: string;
  /** Of an email the whole message (RFC 5322). */
  readonly body: string;
  /** Whether the receiver accepted it. */
  readonly accepted: boolean;
}

/** Everything that has arrived at receivers, in the order of arrival. */
export class MessageLog {
  readonly #now: () => number;
  readonly #messages: ReceivedMessage[] = [];

  /** @param now the time of the simulation (milliseconds since the epoch). */
  constructor(now: () => number) {
    this.#now = now;
  }

  get messages(): readonly ReceivedMessage[] {
    return this.#messages;
  }

  /** Adds a message that arrives now. */
  add(message: Omit<ReceivedMessage, 'time'>): void {
    this.#messages.push({ ...message, time: this.#now() });
  }
}
