import type { UpgradeBatch } from '../../api/generated/upgradebatch.ts';
import type { UpgradePlan } from '../../api/generated/upgradeplan.ts';
import { isTrue } from '../../core/condition.ts';
import type { Observation } from './observation.ts';
import { batchesOf, countOf, currentRun, failedIn, upgradesOf } from './rollout.ts';

/** Prohibitions by their keys, each with a sentence that says why nothing may start. */
export type Prohibitions = ReadonlyMap<string, string>;

/** What is stored and keeps a plan, or one of its batches, from starting anything. */
export function prohibitions(observation: Observation, plan: UpgradePlan): Prohibitions {
  const found = new Map<string, string>();
  const { metadata, spec, status } = plan;
  if (metadata.deletionTimestamp !== undefined) found.set('Deleted', 'the plan is being deleted');
  if (spec.paused) found.set('Paused', 'the plan is paused');
  if (status?.pausedBy !== undefined) found.set('Paused', `${status.pausedBy.action} has paused the plan`);
  if (status?.ended !== undefined) found.set(`Ended/${status.ended.revision}`, `its revision has ended (${status.ended.reason})`);
  if (status?.rollback !== undefined)
    found.set(`RollingBack/${status.rollback.revision}`, 'a rollback of its revision is under way');
  // Not a prohibition in itself: since when the plan wants this version.
  found.set(`Wants/${spec.version}`, `the plan wants ${spec.version}`);
  const unmet = (spec.dependsOn ?? []).find(({ name, version }) => !hasSucceeded(observation, metadata.namespace, name, version));
  if (unmet !== undefined) found.set('Dependency', `${unmet.name} has not succeeded at ${unmet.version}`);
  const holder = [...observation.leases.values()].find(({ group }) => group !== undefined && group === spec.exclusiveGroup);
  if (spec.exclusiveGroup !== undefined && holder?.planUid !== metadata.uid) {
    found.set('Group', `${holder === undefined ? 'no plan' : 'another plan'} holds the group ${spec.exclusiveGroup}`);
  }
  addBudgets(found, observation, plan);
  return found;
}

function hasSucceeded({ plans }: Observation, namespace: string, name: string, version: string): boolean {
  const other = [...plans.values()].find(({ metadata }) => metadata.namespace === namespace && metadata.name === name);
  return other !== undefined && other.spec.version === version && isTrue(other.status?.conditions, 'Succeeded');
}

function addBudgets(found: Map<string, string>, observation: Observation, plan: UpgradePlan): void {
  const run = currentRun(batchesOf(observation, plan.metadata.uid));
  addBudget(found, plan, upgradesOf(run), 'Budget');
  const rollbacks = new Set(run.flatMap((batch) => batch.spec.rollback?.decidedTime ?? []));
  for (const since of rollbacks) {
    addBudget(
      found,
      plan,
      run.filter((batch) => batch.spec.rollback?.decidedTime === since),
      `Budget/${since}`,
    );
  }
}

function addBudget(found: Map<string, string>, plan: UpgradePlan, run: readonly UpgradeBatch[], key: string): void {
  const counted = run.slice(run.findLastIndex(({ status }) => status?.resumed !== undefined) + 1);
  const failed = counted.reduce((sum, batch) => sum + failedIn(batch), 0);
  const raised = run.findLast(({ status }) => status?.resumed?.maxFailed !== undefined)?.status?.resumed?.maxFailed;
  const budget = countOf(raised ?? plan.spec.failure.maxFailed, run.at(-1)?.spec.planNodes ?? 0);
  if (failed > budget) found.set(key, `${failed} nodes have failed, and the budget is ${budget}`);
  for (const batch of counted) {
    const own = batch.spec.maxFailed;
    if (own === undefined || failedIn(batch) <= own) continue;
    found.set(`Budget/${batch.metadata.uid}`, `${failedIn(batch)} nodes have failed in its batch, which may have ${own}`);
  }
}
