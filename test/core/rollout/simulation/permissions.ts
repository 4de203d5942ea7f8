import type { UpgradeBatch } from '../../../../src/api/generated/upgradebatch.ts';
import type { UpgradePlan } from '../../../../src/api/generated/upgradeplan.ts';

function stepOf(plan: UpgradePlan, batch: UpgradeBatch): UpgradePlan['spec']['batches'][number] | undefined {
  return plan.spec.batches[Math.min(batch.spec.step, plan.spec.batches.length - 1)];
}

/** Why the next batch may not be made after this one; undefined: it may. */
export function whyNotAfter(plan: UpgradePlan, last: UpgradeBatch, now: number): string | undefined {
  const step = stepOf(plan, last);
  const soaked = Date.parse(last.status?.settledTime ?? '') + (step?.soakSeconds ?? 0) * 1000;
  if (now < soaked) return `${last.metadata.name} still soaks`;
  const approved = step?.approval !== 'BeforeNext' || last.status?.approved?.approval === 'BeforeNext';
  return approved ? undefined : `nobody has approved what follows ${last.metadata.name}`;
}

/** Why no node of this batch may get its turn; undefined: it may. */
export function whyNotIn(plan: UpgradePlan, batch: UpgradeBatch): string | undefined {
  const approved = stepOf(plan, batch)?.approval !== 'BeforeStart' || batch.status?.approved?.approval === 'BeforeStart';
  return approved ? undefined : `nobody has approved ${batch.metadata.name}`;
}
