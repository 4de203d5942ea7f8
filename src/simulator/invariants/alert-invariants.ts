import type { UpgradeBatch } from '../../api/generated/upgradebatch.ts';
import { isTrue } from '../../core/condition.ts';
import { toInstant } from '../../core/text.ts';
import type { Invariant, Scene } from './invariant.ts';
import type { Change } from './observation.ts';

/** Alerts of a batch keep this distance (ms). */
const DISTANCE_MS = 300_000;
/** The distance, the time in which problems are collected, and what operators that are killed repeatedly may take (ms). */
const MAX_SILENCE_MS = DISTANCE_MS + 15_000 + 180_000;

/** Alerts are few, each has its own id, and no failure is kept from those who want to know of it. */
export const ALERT_INVARIANTS: readonly Invariant[] = [
  { number: 1, name: 'AlertsApart', onChange: eachBatch(whyTooClose) },
  { number: 1, name: 'AlertsNumbered', onChange: eachBatch(whySequenceBreaks) },
  { number: 1, name: 'AlertsHaveCauses', onChange: eachBatch(whyEmpty) },
  { number: 1, name: 'FailuresAlertedOnce', onChange: eachBatch(whyTooManyFailures) },
  { number: 1, name: 'FailuresAlertedSoon', onStep: whySilent },
];

function eachBatch(check: (batch: UpgradeBatch) => string | undefined): NonNullable<Invariant['onChange']> {
  return (_scene: Scene, change: Change) =>
    change.kind === 'Batch' && change.after !== undefined ? check(change.after) : undefined;
}

type Alerts = NonNullable<NonNullable<NonNullable<UpgradeBatch['status']>['notification']>['alerts']>;

function alertsOf({ status }: UpgradeBatch): Alerts {
  return status?.notification?.alerts ?? [];
}

function pairsOf(batch: UpgradeBatch): readonly (readonly [Alerts[number], Alerts[number]])[] {
  const alerts = alertsOf(batch);
  return alerts.slice(1).flatMap((alert, index) => {
    const before = alerts[index];
    return before === undefined ? [] : [[before, alert] as const];
  });
}

function whyTooClose(batch: UpgradeBatch): string | undefined {
  const close = pairsOf(batch).find(
    ([before, after]) => (toInstant(after.time) ?? 0) - (toInstant(before.time) ?? 0) < DISTANCE_MS,
  );
  return close === undefined
    ? undefined
    : `${batch.metadata.name} raised the alerts ${close[0].id} and ${close[1].id} too close together`;
}

function whySequenceBreaks(batch: UpgradeBatch): string | undefined {
  const sequenceOf = (id: string): number => Number(id.split('/').at(-1));
  const broken = pairsOf(batch).find(([before, after]) => sequenceOf(after.id) !== sequenceOf(before.id) + 1);
  return broken === undefined ? undefined : `${batch.metadata.name} has the alert ${broken[1].id} after ${broken[0].id}`;
}

function whyEmpty(batch: UpgradeBatch): string | undefined {
  const empty = alertsOf(batch).find(({ causes }) => causes.length === 0);
  return empty === undefined ? undefined : `the alert ${empty.id} has no cause`;
}

function whyTooManyFailures(batch: UpgradeBatch): string | undefined {
  const causes = alertsOf(batch).flatMap((alert) => alert.causes.filter(({ alert: kind }) => kind === 'NodeFailed'));
  const count = causes.reduce((sum, cause) => sum + cause.count, 0);
  const nodes = batch.status?.nodes?.length ?? 0;
  return count <= nodes ? undefined : `${batch.metadata.name} has alerted ${count} failures of ${nodes} nodes`;
}

/** A failure in an open batch is alerted within some minutes of when it is on record. */
function whySilent(scene: Scene): string | undefined {
  for (const batch of scene.observation.batches.values()) {
    const silent = wantsAlerts(scene, batch) ? silentNode(scene, batch) : undefined;
    if (silent !== undefined) return `nobody was alerted that ${silent} failed in ${batch.metadata.name}`;
  }
  return undefined;
}

function wantsAlerts({ observation }: Scene, { spec, status }: UpgradeBatch): boolean {
  const plan = observation.plans.get(spec.planUid);
  const { sinks = [], alerts } = plan?.spec.notify ?? {};
  const isWanted = sinks.some(({ send }) => send !== 'PlanEnd') && alerts?.includes('NodeFailed') !== false;
  return isWanted && plan?.metadata.deletionTimestamp === undefined && !isTrue(status?.conditions, 'Settled');
}

function silentNode({ ledger, now }: Scene, { metadata, status }: UpgradeBatch): string | undefined {
  return status?.nodes?.find(({ name, state, raisedAlerts = [] }) => {
    const since = ledger.failedSince.get(`${metadata.uid}/${name}`) ?? now;
    return state === 'Failed' && !raisedAlerts.includes('NodeFailed') && now - since > MAX_SILENCE_MS;
  })?.name;
}
