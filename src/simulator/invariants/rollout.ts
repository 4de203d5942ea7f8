import type { UpgradeBatch } from '../../api/generated/upgradebatch.ts';
import type { UpgradePlan } from '../../api/generated/upgradeplan.ts';
import { selects } from '../../core/selector.ts';
import type { Observation } from './observation.ts';
import type { StoredNode } from './stored-objects.ts';

/** Whether a batch rolls back another one. */
export function isRollback(batch: UpgradeBatch | undefined): boolean {
  return batch?.spec.rollback !== undefined;
}

/** The batches of a plan in the order of their indices. */
export function batchesOf({ batches }: Observation, planUid: string): readonly UpgradeBatch[] {
  return [...batches.values()].filter(({ spec }) => spec.planUid === planUid).sort((a, b) => a.spec.index - b.spec.index);
}

/** The batches of the newest revision, since the plan came to it. */
export function currentRun(batches: readonly UpgradeBatch[]): readonly UpgradeBatch[] {
  const revision = batches.at(-1)?.spec.revision;
  return batches.slice(batches.findLastIndex((batch) => batch.spec.revision !== revision) + 1);
}

/** The batches of a run that upgrade, since its last rollback. */
export function upgradesOf(run: readonly UpgradeBatch[]): readonly UpgradeBatch[] {
  return run.slice(run.findLastIndex(isRollback) + 1);
}

/** The step of the plan that a batch belongs to. */
export function stepOf(plan: UpgradePlan, { spec }: UpgradeBatch): UpgradePlan['spec']['batches'][number] | undefined {
  return plan.spec.batches[Math.min(spec.step, plan.spec.batches.length - 1)];
}

/** Whether the plan selects the Node. */
export function isSelected({ spec }: UpgradePlan, { labels }: StoredNode): boolean {
  return (spec.nodeSelector !== undefined || spec.allNodes === true) && selects(spec.nodeSelector, labels);
}

/** A number of nodes, or a percentage of `total`, rounded down. */
export function countOf(quantity: number | string, total: number): number {
  return typeof quantity === 'number' ? quantity : Math.floor((Number.parseInt(quantity, 10) * total) / 100);
}

/** The number of nodes of a batch that are on record as failed. */
export function failedIn({ status }: UpgradeBatch): number {
  return (status?.nodes ?? []).filter(({ state }) => state === 'Failed').length;
}

/** Whether nothing was done in a batch, because all its nodes had the version. */
export function wasIdle({ status }: UpgradeBatch): boolean {
  return status?.nodes?.every(({ state, reason }) => state === 'Skipped' && reason?.startsWith('Already') === true) === true;
}

/** The plan whose object this is; undefined when it is gone. */
export function planOf({ plans }: Observation, uid: string): UpgradePlan | undefined {
  return plans.get(uid);
}
