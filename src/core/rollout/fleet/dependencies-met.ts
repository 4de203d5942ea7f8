import type { PlanDependency } from '../../../api/generated/upgradeplan.ts';
import type { SiblingPlan } from '../model/facts.ts';

/** Whether a plan that another one depends on has succeeded at its version. */
export function isDependencyMet({ name, version }: PlanDependency, siblings: ReadonlyMap<string, SiblingPlan>): boolean {
  const sibling = siblings.get(name);
  return sibling?.version === version && sibling.succeeded;
}
