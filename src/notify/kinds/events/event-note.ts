import { API_VERSION, REPORTING_AGENT } from '../../../api/names.ts';
import { fitLines } from '../../../core/fit.ts';
import type { Notification } from '../../../core/notification/model/notification.ts';
import { moreLines } from '../../message-lines.ts';
import type { PlanEvent, ObjectReference } from '../../plan-event.ts';
import { severityOf } from '../../severity.ts';

/** Maximum size of the note of an Event (bytes). */
const MAX_NOTE_BYTES = 1_024;

/**
 * The Event for a notification, about the plan. It has none of Baton's labels, which would make it the report of a process.
 *
 * @param name is the same for every attempt, so that no duplicate can be created.
 */
export function planEvent(
  notification: Notification,
  { name, eventTime }: { readonly name: string; readonly eventTime: string },
): PlanEvent {
  const { kind, plan, batch, id, text } = notification;
  const { namespace } = plan;
  const reference = (objectKind: string, objectName: string, uid: string): ObjectReference => ({
    ...{ apiVersion: API_VERSION, kind: objectKind, namespace, name: objectName, uid },
  });
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { namespace, name },
    regarding: reference('UpgradePlan', plan.name, plan.uid),
    related: reference('UpgradeBatch', batch.name, id.slice(0, id.lastIndexOf('/'))),
    action: 'Notify',
    reason: kind,
    type: severityOf(notification) === 'info' ? 'Normal' : 'Warning',
    // Only whole lines are left out, because half a command would be worse than none.
    note: fitLines(text.split('\n'), MAX_NOTE_BYTES, (left) => moreLines(left, notification)).join('\n'),
    reportingController: REPORTING_AGENT,
    eventTime,
  };
}
