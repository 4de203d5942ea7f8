import type { UpgradeBatch } from '../../../api/generated/upgradebatch.ts';
import type { UpgradePlan, BatchStep } from '../../../api/generated/upgradeplan.ts';
import { countOfAtLeastOne } from '../../quantity.ts';

/** How far the steps of a rollout have come: the last batch's step, and how many nodes that step still has to get. */
export interface StepProgress {
  /** Entry of the plan's batches; -1 before the first. */
  readonly step: number;
  readonly rest: number;
}

/** The step that the next batch is cut for. */
export interface NextStep {
  readonly step: number;
  readonly name: string | undefined;
  /** How many nodes it may still have. */
  readonly size: number;
}

/** How far the batches of a revision have come. */
export function stepProgress(batches: readonly UpgradeBatch[]): StepProgress {
  const last = batches.at(-1);
  return last === undefined ? { step: -1, rest: 0 } : { step: last.spec.step, rest: last.spec.stepRest ?? 0 };
}

/** The step after this progress. The last one repeats; a plan that was edited goes on with what it says now. */
export function nextStep(plan: UpgradePlan, planNodes: number, progress: StepProgress): NextStep {
  const steps = plan.spec.batches;
  const goesOn = progress.rest > 0;
  const step = Math.min(goesOn ? progress.step : progress.step + 1, steps.length - 1);
  const size = countOfAtLeastOne(steps[step]?.size ?? 1, planNodes);
  return { step, name: steps[step]?.name, size: goesOn ? Math.min(progress.rest, size) : size };
}

/** The batches that the newest batch's step has been cut into so far, if it has nodes left: the next batch belongs to them. */
export function partsOfOpenStep(batches: readonly UpgradeBatch[]): readonly UpgradeBatch[] {
  const whole = batches.findLastIndex((batch) => (batch.spec.stepRest ?? 0) === 0);
  return batches.slice(whole + 1);
}

/**
 * The step of the plan that a batch was cut for, as the plan says it now: a soak that is too long, or an approval that nobody needs any
 * more, is edited there. Of a list that became shorter, the last one.
 */
export function stepOf(plan: UpgradePlan, batch: UpgradeBatch): BatchStep | undefined {
  const steps = plan.spec.batches;
  return steps[Math.min(batch.spec.step, steps.length - 1)];
}
