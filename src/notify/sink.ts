import type { Notification } from '../core/notification/model/notification.ts';
import type { ProbeResult, SendResult } from '../core/notification/model/send-result.ts';

/** The options of an attempt. */
export interface AttemptOptions {
  /** Aborts the attempt when the agent must not send any more, or stops. */
  readonly signal: AbortSignal;
  /** The wall clock (milliseconds since the epoch). */
  readonly now: number;
}

/** The options to send a notification with. */
export interface SendOptions extends AttemptOptions {
  /** The text of the sink's template. The notification's `text` is the same without control characters. */
  readonly ownText?: string | undefined;
  /**
   * The handle of the batch's live message, from its `Delivered`. Only for sinks that update in place, and absent before the first message.
   * A Progress updates that message. A BatchSettled updates it too; if it reports trouble, it is also posted as an answer or as a message of
   * its own, because receivers notify nobody of an update. An Alert is always posted. If the live message is lost, a new one is posted, and
   * its handle is returned.
   */
  readonly handle?: string;
}

/** What a receiver would get. */
export interface SinkPreview {
  /** The media type. */
  readonly contentType: string;
  readonly body: string;
  /** Why the template failed, if it did. */
  readonly problem?: string;
}

/** Sends notifications to one receiver. */
export interface Sink {
  /** Its name in the plan. */
  readonly name: string;
  /** Whether sent messages can be updated. Only such sinks get a Progress, and return a handle with `Delivered`. */
  readonly updatesInPlace?: boolean;
  /** Renders what the receiver would get, without network or Secrets. */
  preview(notification: Notification, ownText?: string): SinkPreview;
  /** Makes one attempt. Failures are returned as results, and the agent decides what follows. */
  send(notification: Notification, options: SendOptions): Promise<SendResult>;
  /** Checks once whether a message could be sent: Secrets, address, connection. It leaves no trace for people. */
  probe?(options: AttemptOptions): Promise<ProbeResult>;
}
