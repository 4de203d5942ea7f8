import { createHash } from 'node:crypto';
import type { Notification } from '../../../core/notification/model/notification.ts';
import type { SendResult } from '../../../core/notification/model/send-result.ts';
import { toInstant, toMicroTime } from '../../../core/text.ts';
import type { SinkEnvironment } from '../../create-sink.ts';
import { planEvent, type PlanEvent } from './event-note.ts';
import type { SendOptions, Sink } from '../../sink.ts';

/** Writes Events to the plan's cluster. */
export interface EventWriter {
  /** Tries once. That the Event already exists is `Delivered`: its name says that it is the same. */
  write(event: PlanEvent, options: { readonly signal: AbortSignal }): Promise<SendResult>;
}

/** A sink that tells the cluster itself: an Event about the plan, which `kubectl describe` and `kubectl events` show. */
export function createEventSink(name: string, { events }: Pick<SinkEnvironment, 'events'>): Sink {
  return {
    name,
    preview: (notification) => ({
      contentType: 'application/json',
      body: JSON.stringify(eventOf(notification, toInstant(notification.settledTime) ?? 0)),
    }),
    send: (notification: Notification, { signal, now }: SendOptions) => events.write(eventOf(notification, now), { signal }),
  };
}

function eventOf(notification: Notification, now: number): PlanEvent {
  const hash = createHash('sha256').update(notification.id).digest('hex').slice(0, 32);
  return planEvent(notification, { name: `baton-notification-${hash}`, eventTime: toMicroTime(now) });
}
