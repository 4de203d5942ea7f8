import type { UpgradeBatch } from '../../api/generated/upgradebatch.ts';
import { finalReceipts, isReceiptOf, outboxEntries } from '../../core/baton/deliveries.ts';
import { awaitingEnd } from '../../core/baton/final-sinks.ts';
import { isProbe } from '../../core/baton/series.ts';
import { findCondition, isTrue } from '../../core/condition.ts';
import type { Invariant, Scene } from './invariant.ts';
import type { Change } from './observation.ts';
import { batchesOf } from './rollout.ts';
import { startOf } from './starts.ts';

/** Who is notified, of what, and how often. */
export const NOTIFICATION_INVARIANTS: readonly Invariant[] = [
  { number: 1, name: 'ReceiptOfOwnMessage', onChange: eachBatch(whyForeignReceipt) },
  { number: 1, name: 'ReceiptOfSentMessage', onChange: eachBatch(whyReceiptWithoutMessage) },
  { number: 1, name: 'OneFinalMessage', onChange: eachBatch(whyIdChanges) },
  { number: 1, name: 'OneContentPerId', onStep: whyContentDiffers },
  { number: 1, name: 'RequiredNotificationFirst', onChange: whyNotRequired },
  { number: 1, name: 'BatchesNotifiedAtEnd', atEnd: whyBatchNotNotified },
  { number: 1, name: 'EndNotified', atEnd: whyEndNotNotified },
];

interface BatchChange {
  readonly before: UpgradeBatch | undefined;
  readonly after: UpgradeBatch;
}

function eachBatch(check: (scene: Scene, change: BatchChange) => string | undefined): NonNullable<Invariant['onChange']> {
  return (scene: Scene, change: Change) => {
    if (change.kind !== 'Batch' || change.after === undefined) return undefined;
    return check(scene, { before: change.before, after: change.after });
  };
}

function whyForeignReceipt(_scene: Scene, { after }: BatchChange): string | undefined {
  const foreign = (after.status?.notification?.receipts ?? []).find((receipt) => !isReceiptOf(after, receipt));
  return foreign === undefined
    ? undefined
    : `${after.metadata.name} has a receipt of ${foreign.id}, which is not one of its messages`;
}

function whyReceiptWithoutMessage({ world }: Scene, { before, after }: BatchChange): string | undefined {
  const known = before?.status?.notification?.receipts ?? [];
  for (const { id, sink, outcome } of after.status?.notification?.receipts ?? []) {
    if (outcome === 'Failed' || known.some((receipt) => receipt.id === id && receipt.sink === sink)) continue;
    if (outcome === 'Reached' && isProbe({ id })) continue;
    if (!world.messages().some((message) => message.id === id && message.sink === sink)) {
      return `${after.metadata.name} has a receipt of ${sink} for ${id}, which was never sent`;
    }
  }
  return undefined;
}

/** The final notification keeps its id: receivers recognize repetitions by it. */
function whyIdChanges(_scene: Scene, { before, after }: BatchChange): string | undefined {
  const [was, is] = [before?.status?.notification?.id, after.status?.notification?.id];
  return was === undefined || was === is
    ? undefined
    : `the notification of ${after.metadata.name} changes its id from ${was} to ${is ?? 'none'}`;
}

/** Receivers drop repetitions by their id, so a second content would be lost. */
function whyContentDiffers({ world, ledger }: Scene): string | undefined {
  const fresh = new Map<string, string>();
  for (const { id, sink, content } of world.messages().slice(ledger.messages)) {
    const key = `${sink}/${id}`;
    const first = ledger.contents.get(key) ?? fresh.get(key);
    if (first !== undefined && first !== content) return `${sink} got two different messages with the id ${id}`;
    fresh.set(key, content);
  }
  return undefined;
}

/** No batch is created before everybody has the last notification, where the plan requires it and nobody has resumed it. */
function whyNotRequired(scene: Scene, change: Change): string | undefined {
  const start = startOf(scene, change);
  if (start?.kind !== 'Batch' || start.isRollback || start.plan.spec.notify?.required !== true) return undefined;
  const last = batchesOf(scene.observation, start.plan.metadata.uid).findLast(
    ({ metadata }) => metadata.uid !== start.batch?.metadata.uid,
  );
  if (last === undefined || last.spec.revision !== start.batch?.spec.revision || last.status?.resumed !== undefined)
    return undefined;
  const receipts = finalReceipts(last.status?.notification).filter(
    ({ outcome, reason }) => outcome === 'Delivered' || reason === 'SinkRemoved',
  );
  const silent = (last.status?.notification?.sinks ?? []).find((sink) => !receipts.some((receipt) => receipt.sink === sink));
  return silent === undefined
    ? undefined
    : `${start.what} is created although ${silent} has no notification of ${last.metadata.name}`;
}

/** Every settled batch was notified to every sink, or it is on record why not. */
function whyBatchNotNotified({ observation }: Scene): string | undefined {
  for (const batch of observation.batches.values()) {
    if (!isTrue(batch.status?.conditions, 'Settled')) continue;
    const open = outboxEntries(batch).flatMap(({ id, sinks }) => sinks.map((sink) => `${sink} (${id})`));
    const conditions = observation.plans.get(batch.spec.planUid)?.status?.conditions;
    const isExcused = findCondition(conditions, 'NotificationsDelivered')?.reason === 'NoEligibleAgent';
    if (open.length > 0 && !isExcused) return `${batch.metadata.name} was never notified to ${open.join(', ')}`;
  }
  return undefined;
}

const ENDED = new Set(['AllSucceeded', 'SomeSkipped', 'SomeFailed', 'Aborted']);

function whyEndNotNotified({ observation }: Scene): string | undefined {
  for (const plan of observation.plans.values()) {
    const last = batchesOf(observation, plan.metadata.uid).at(-1);
    if (last?.spec.version !== plan.spec.version || !ENDED.has(plan.status?.reason ?? '')) continue;
    const silent = awaitingEnd(plan.spec.notify?.sinks ?? [], last);
    if (silent.length > 0) return `the end of ${plan.metadata.name} was never notified to ${silent.join(', ')}`;
  }
  return undefined;
}
