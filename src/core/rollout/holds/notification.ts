import { NOTIFY_REASONS, PLAN_REASONS } from '../../../api/conditions.ts';
import type { UpgradeBatch } from '../../../api/generated/upgradebatch.ts';
import { finalReceipts } from '../../baton/deliveries.ts';
import { toInstant } from '../../text.ts';
import type { PassView } from '../fleet/pass-view.ts';
import type { Hold } from '../model/hold.ts';
import type { DecisionInput } from '../model/snapshot.ts';
import { outstandingSinks } from '../records/settled.ts';

/** How long the next batch waits for the delivery of the last notification (ms). Then its own agent delivers what is left. */
const DELIVERY_WAIT_MS = 30_000;

/** `notify.required`: holds the next batch until every sink has received the last notification, or a person resumes the rollout. */
export function requiredNotification(view: PassView): Hold | undefined {
  if (view.input.snapshot.plan.spec.notify?.required !== true) return undefined;
  const required = requiredDelivery(view.input);
  if (required?.reason === PLAN_REASONS.NotificationFailed) return required;
  return deliveryPending(view) ?? required;
}

/** Holds the next batch for a short time while the last notification is being delivered, whether or not it is required. */
export function deliveryPending({ input }: PassView): Hold | undefined {
  const { snapshot, now } = input;
  const last = snapshot.batches.at(-1);
  if (last === undefined || outstandingSinks(last).length === 0) return undefined;
  const until = (toInstant(last.status?.settledTime) ?? 0) + DELIVERY_WAIT_MS;
  if (now >= until) return undefined;
  const message = 'the next batch waits at most 30 s for the notification of the last one';
  return { reason: PLAN_REASONS.Notifying, message, summary: 'Running', kind: 'Working', until };
}

/** What `notify.required` waits for; undefined if every sink has the notification, or a person has resumed the rollout without it. */
export function requiredDelivery({ snapshot }: DecisionInput): Hold | undefined {
  const last = snapshot.batches.at(-1);
  if (snapshot.plan.spec.notify?.required !== true || last?.spec.revision !== snapshot.revision) return undefined;
  if (last.status?.resumed !== undefined) return undefined;
  const resume = `create an UpgradeAction Resume for ${last.metadata.name}`;
  const failed = failedReceipts(last)[0];
  if (failed !== undefined) {
    const why = failed.message ?? failed.reason ?? 'failed';
    const message = `${failed.sink} did not receive the notification of ${last.metadata.name} (${why}), and notify.required is true; correct the sink for later batches, then ${resume}`;
    return { reason: PLAN_REASONS.NotificationFailed, message, summary: 'Paused', kind: 'Stalled' };
  }
  const open = outstandingSinks(last);
  if (open.length === 0) return undefined;
  const message = `waits until ${open.join(', ')} received the notification of ${last.metadata.name} (notify.required); it is being retried; to continue without it, ${resume}`;
  return { reason: PLAN_REASONS.NotificationPending, message, summary: 'Waiting', kind: 'Stalled' };
}

/** The receipts of sinks that will never get the notification. Removing a sink from the plan also lifts the requirement. */
function failedReceipts({ status }: UpgradeBatch): ReturnType<typeof finalReceipts> {
  return finalReceipts(status?.notification).filter(
    ({ outcome, reason }) => outcome === 'Failed' && reason !== NOTIFY_REASONS.SinkRemoved,
  );
}
