import type { UpgradeBatch } from '../../api/generated/upgradebatch.ts';
import type { BatchStep, UpgradePlan } from '../../api/generated/upgradeplan.ts';
import { isTerminal } from './node-input.ts';

/**
 * The step of the plan that a batch was cut for, as the plan says it now: a soak that is too long, or an approval that nobody needs any
 * more, is edited there. Of a list that became shorter, the last one.
 */
export function stepOf(plan: UpgradePlan, batch: UpgradeBatch): BatchStep | undefined {
  const steps = plan.spec.batches;
  return steps[Math.min(batch.spec.step, steps.length - 1)];
}

/** Whether every node of the batch has its outcome, in the snapshot's records: true one pass before the condition Settled is written. */
export function hasEnded(batch: UpgradeBatch): boolean {
  const records = new Map((batch.status?.nodes ?? []).map((record) => [record.name, record]));
  return batch.spec.nodes.every((entry) => {
    const record = records.get(entry.name);
    return record !== undefined && isTerminal(record);
  });
}
