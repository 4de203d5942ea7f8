import type { Notification } from '../core/notification/model/notification.ts';
import type { ProbeResult, SendResult } from '../core/notification/model/send-result.ts';

/** With what a receiver is tried. */
export interface TryOptions {
  /** Ends the try: the agent may no longer send, or has to stop. */
  readonly signal: AbortSignal;
  /** The wall clock, milliseconds since the epoch. */
  readonly now: number;
}

/** With what a notification is sent. */
export interface SendOptions extends TryOptions {
  /** The text that the user's own template has made. The notification's `text` is this one as well. */
  readonly ownText?: string | undefined;
  /**
   * What the receiver calls the batch's live message, as `Delivered` had it; only for sinks that update in place, and absent when there is none yet.
   * A Progress changes that message. A BatchSettled changes it as well; where it tells of trouble it is posted besides, as an
   * answer that all see or as a message of its own, for nobody is told when a message is changed. An Alert is always posted. When the
   * receiver does not know the message any more, a new one is posted, and its handle returned.
   */
  readonly handle?: string;
}

/** What a receiver would get. */
export interface SinkPreview {
  /** As in MIME. */
  readonly contentType: string;
  readonly body: string;
  /** What is not as it should be: a template that fails. */
  readonly problem?: string;
}

/** A place where notifications go. */
export interface Sink {
  /** Its name in the plan. */
  readonly name: string;
  /** Whether messages can be changed after they were sent. Only then does a sink get a Progress; its `Delivered` then has a handle. */
  readonly updatesInPlace?: boolean;
  /** What a receiver would get, made without network or Secrets. */
  preview(notification: Notification, ownText?: string): SinkPreview;
  /** Tries once. What goes wrong is a result, not an error: the agent decides what follows. */
  send(notification: Notification, options: SendOptions): Promise<SendResult>;
  /** Looks once whether a message could be sent: its Secrets, the address, the way to the receiver. Nobody sees anything of it. */
  probe?(options: TryOptions): Promise<ProbeResult>;
}
