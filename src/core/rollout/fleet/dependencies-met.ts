import type { PlanDependency } from '../../../api/generated/upgradeplan.ts';
import type { SiblingPlan } from '../model/facts.ts';

/** Whether the plan of a dependency has succeeded at the version that the dependency names. */
export function isDependencyMet({ name, version }: PlanDependency, siblings: ReadonlyMap<string, SiblingPlan>): boolean {
  const sibling = siblings.get(name);
  return sibling?.version === version && sibling.succeeded;
}
