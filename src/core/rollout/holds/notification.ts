import { NOTIFY_REASONS, PLAN_REASONS } from '../../../api/conditions.ts';
import type { UpgradeBatch } from '../../../api/generated/upgradebatch.ts';
import { finalReceipts } from '../../baton/deliveries.ts';
import { toInstant } from '../../text.ts';
import type { PassView } from '../fleet/pass-view.ts';
import type { Hold } from '../model/hold.ts';
import type { DecisionInput } from '../model/snapshot.ts';
import { outstandingSinks } from '../records/settled.ts';

/** The next batch waits so long for the last one's delivery (ms), then carries its backlog. */
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

/** What `notify.required` waits for; undefined when nothing is missing, or when a person has let the rollout go on without. */
export function requiredDelivery({ snapshot }: DecisionInput): Hold | undefined {
  const last = snapshot.batches.at(-1);
  if (snapshot.plan.spec.notify?.required !== true || last?.spec.revision !== snapshot.revision) return undefined;
  if (last.status?.resumed !== undefined) return undefined;
  const resume = `create an UpgradeAction Resume for ${last.metadata.name}`;
  const failed = failures(last)[0];
  if (failed !== undefined) {
    const why = failed.message ?? failed.reason ?? 'failed';
    const message = `${failed.sink} was not told of ${last.metadata.name} (${why}), and notify.required is true; correct the sink for the batches to come, then ${resume}`;
    return { reason: PLAN_REASONS.NotificationFailed, message, summary: 'Paused', kind: 'Stalled' };
  }
  const open = outstandingSinks(last);
  if (open.length === 0) return undefined;
  const message = `${open.join(', ')} must get the notification of ${last.metadata.name} first (notify.required), and it is being tried again; to go on without, ${resume}`;
  return { reason: PLAN_REASONS.NotificationPending, message, summary: 'Waiting', kind: 'Stalled' };
}

/** A sink that a person has taken out of the plan is required no more. */
function failures({ status }: UpgradeBatch): ReturnType<typeof finalReceipts> {
  return finalReceipts(status?.notification).filter(
    ({ outcome, reason }) => outcome === 'Failed' && reason !== NOTIFY_REASONS.SinkRemoved,
  );
}
