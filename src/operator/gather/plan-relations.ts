import type { UpgradePlan } from '../../api/generated/upgradeplan.ts';
import { toSibling } from '../../core/rollout/holds/dependencies.ts';
import { planKey } from '../plan-key.ts';

function keyOf({ metadata }: UpgradePlan): string {
  return planKey(metadata.namespace, metadata.name);
}

/** Remembers what other plans look at of each plan, and says which of them a change concerns. */
export class PlanRelations {
  readonly #plans: () => Iterable<UpgradePlan>;
  readonly #known = new Map<string, { readonly seen: string; readonly group: string | undefined }>();

  constructor(plans: () => Iterable<UpgradePlan>) {
    this.#plans = plans;
  }

  /** The plans to look at again because one changed or is gone: those that wait for it, and those of its exclusive group. */
  concernedBy(key: string): readonly string[] {
    const plans = [...this.#plans()];
    const plan = plans.find((each) => keyOf(each) === key);
    const before = this.#known.get(key);
    const group = plan?.spec.exclusiveGroup;
    const seen = plan === undefined ? '' : JSON.stringify([toSibling(plan), plan.metadata.uid, group]);
    // Status comes and goes every few seconds while a plan runs: most of it concerns nobody else.
    if (before?.seen === seen) return [];
    if (plan === undefined) this.#known.delete(key);
    else this.#known.set(key, { seen, group });
    return plans
      .filter((other) => keyOf(other) !== key)
      .filter((other) => waitsFor(other, key) || [group, before?.group].includes(other.spec.exclusiveGroup ?? NONE))
      .map(keyOf);
  }

  /** The plans of an exclusive group. */
  inGroup(group: string): readonly string[] {
    return [...this.#plans()].filter((plan) => plan.spec.exclusiveGroup === group).map(keyOf);
  }
}

/** No name of a group. */
const NONE = '';

/** Any dependency in the namespace may close or open a circle. */
function waitsFor({ metadata, spec }: UpgradePlan, key: string): boolean {
  return (spec.dependsOn ?? []).length > 0 && key.startsWith(planKey(metadata.namespace, ''));
}
