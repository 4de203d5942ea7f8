import { createHash } from 'node:crypto';
import type { Notification } from '../../../core/notification/model/notification.ts';
import { toInstant, toMicroTime } from '../../../core/text.ts';
import type { PlanEvent } from '../../plan-event.ts';
import type { SinkEnvironment } from '../../sink-environment.ts';
import { planEvent } from './event-note.ts';
import type { SendOptions, Sink } from '../../sink.ts';

/** A sink that creates an Event about the plan, which `kubectl describe` and `kubectl events` show. */
export function createEventSink(name: string, _spec: unknown, { events }: Pick<SinkEnvironment, 'events'>): Sink {
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
