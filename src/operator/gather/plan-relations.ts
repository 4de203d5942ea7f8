import type { UpgradePlan } from '../../api/generated/upgradeplan.ts';
import { toSibling } from '../../core/rollout/holds/dependencies.ts';
import { planKey } from '../plan-key.ts';

function keyOf({ metadata }: UpgradePlan): string {
  return planKey(metadata.namespace, metadata.name);
}

/** Finds the plans that a change of another plan affects. Remembers the parts of each plan that others depend on. */
export class PlanRelations {
  readonly #plans: () => Iterable<UpgradePlan>;
  readonly #known = new Map<string, { readonly content: string; readonly group: string | undefined }>();

  constructor(plans: () => Iterable<UpgradePlan>) {
    this.#plans = plans;
  }

  /** The plans to reconcile after a plan has changed or was deleted: those that depend on it, and those of its exclusive group. */
  affectedBy(key: string): readonly string[] {
    const plans = [...this.#plans()];
    const plan = plans.find((each) => keyOf(each) === key);
    const before = this.#known.get(key);
    const group = plan?.spec.exclusiveGroup;
    const content = plan === undefined ? '' : JSON.stringify([toSibling(plan), plan.metadata.uid, group]);
    // The status of a running plan changes every few seconds, mostly without effect on others.
    if (before?.content === content) return [];
    if (plan === undefined) this.#known.delete(key);
    else this.#known.set(key, { content, group });
    return plans
      .filter((other) => keyOf(other) !== key)
      .filter((other) => mayDependOn(other, key) || [group, before?.group].includes(other.spec.exclusiveGroup ?? NO_GROUP))
      .map(keyOf);
  }

  /** The plans of an exclusive group. */
  inGroup(group: string): readonly string[] {
    return [...this.#plans()].filter((plan) => plan.spec.exclusiveGroup === group).map(keyOf);
  }
}

/** Not a valid name of a group. */
const NO_GROUP = '';

/** Whether a plan has dependencies in the namespace. All of them count, because any may be part of a cycle. */
function mayDependOn({ metadata, spec }: UpgradePlan, key: string): boolean {
  return (spec.dependsOn ?? []).length > 0 && key.startsWith(planKey(metadata.namespace, ''));
}
