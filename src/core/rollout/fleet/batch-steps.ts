import type { UpgradeBatch } from '../../../api/generated/upgradebatch.ts';
import type { UpgradePlan, BatchStep } from '../../../api/generated/upgradeplan.ts';
import { countOfAtLeastOne } from '../../quantity.ts';

/** Where the batches of a rollout are in the plan's steps (entries of `spec.batches`). */
export interface StepProgress {
  /** Index of the last batch's step; -1 before the first batch. */
  readonly step: number;
  /** Number of nodes that this step still lacks. */
  readonly rest: number;
}

/** The step of the next batch. */
export interface NextStep {
  readonly step: number;
  readonly name: string | undefined;
  /** Maximum number of nodes of the next batch. */
  readonly size: number;
}

/** The progress of the batches of a revision. */
export function stepProgress(batches: readonly UpgradeBatch[]): StepProgress {
  const last = batches.at(-1);
  return last === undefined ? { step: -1, rest: 0 } : { step: last.spec.step, rest: last.spec.stepNodesRemaining ?? 0 };
}

/** The step of the next batch. The last step repeats. Steps are those of the plan as it is now, also after an edit. */
export function nextStep(plan: UpgradePlan, planNodes: number, progress: StepProgress): NextStep {
  const steps = plan.spec.batches;
  const continues = progress.rest > 0;
  const step = Math.min(continues ? progress.step : progress.step + 1, steps.length - 1);
  const size = countOfAtLeastOne(steps[step]?.size ?? 1, planNodes);
  return { step, name: steps[step]?.name, size: continues ? Math.min(progress.rest, size) : size };
}

/** The batches of the newest step so far while that step has nodes left; the next batch continues them. */
export function partsOfOpenStep(batches: readonly UpgradeBatch[]): readonly UpgradeBatch[] {
  const whole = batches.findLastIndex((batch) => (batch.spec.stepNodesRemaining ?? 0) === 0);
  return batches.slice(whole + 1);
}

/**
 * The step of a batch as the plan has it now, so that an edit of its soak or approval applies to the batch. The last step when
 * the list has become shorter.
 */
export function stepOf(plan: UpgradePlan, batch: UpgradeBatch): BatchStep | undefined {
  const steps = plan.spec.batches;
  return steps[Math.min(batch.spec.step, steps.length - 1)];
}
