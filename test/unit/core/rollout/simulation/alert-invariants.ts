import type { UpgradeBatch } from '../../../../../src/api/generated/upgradebatch.ts';
import { isTrue } from '../../../../../src/core/condition.ts';
import { toInstant } from '../../../../../src/core/text.ts';
import type { Ledger } from './ledger.ts';
import { must } from './must.ts';
import type { World } from './world.ts';

/** Alerts of a batch keep this distance (ms). */
const PAUSE_MS = 300_000;
/** The pause, the time in which trouble is gathered, and what an operator that is killed again and again may take (ms). */
const LATEST_MS = PAUSE_MS + 15_000 + 180_000;

/** Alerts are few, each with an id of its own; nothing is told twice, and no failure is kept from those who want to hear of it. */
export function checkAlerts(world: World, ledger: Ledger, batch: UpgradeBatch): void {
  const { metadata, status } = batch;
  const { alerts = [] } = status?.notification ?? {};
  alerts.forEach(({ id, time, causes }, i) => {
    const before = alerts[i - 1];
    if (before === undefined) return;
    const apart = (toInstant(time) ?? 0) - (toInstant(before.time) ?? 0);
    must(apart >= PAUSE_MS, 1, () => `${metadata.name} raised alerts ${apart} ms apart`);
    must(sequenceOf(id) === sequenceOf(before.id) + 1, 1, () => `${metadata.name} has the alert ${id} after ${before.id}`);
    must(causes.length > 0, 1, () => `${id} tells nothing`);
  });
  const told = alerts.flatMap(({ causes }) => causes).filter(({ alert }) => alert === 'NodeFailed');
  const count = told.reduce((sum, cause) => sum + cause.count, 0);
  const nodes = status?.nodes?.length ?? 0;
  must(count <= nodes, 1, () => `${metadata.name} has alerted ${count} failures of ${nodes} nodes`);
  checkSilence(world, ledger, batch);
}

/** A failure in an open batch is alerted within some minutes of when it stands in the record. */
function checkSilence(world: World, ledger: Ledger, { metadata, status }: UpgradeBatch): void {
  const { plan } = world;
  const wanted = (plan?.spec.notify?.sinks ?? []).some(({ send }) => send !== 'PlanEnd');
  if (plan === undefined || !wanted || plan.metadata.deletionTimestamp !== undefined) return;
  if (isTrue(status?.conditions, 'Settled')) return;
  for (const { name, state, raisedAlerts: told = [] } of status?.nodes ?? []) {
    if (state !== 'Failed' || told.includes('NodeFailed')) continue;
    const key = `${metadata.uid}/${name}`;
    const since = ledger.failed.get(key) ?? world.now;
    ledger.failed.set(key, since);
    must(world.now - since <= LATEST_MS, 1, () => `nobody was alerted that ${name} failed in ${metadata.name}`);
  }
}

function sequenceOf(id: string): number {
  return Number(id.split('/').at(-1));
}
