import { CONDITIONS, PLAN_REASONS } from '../../../api/conditions.ts';
import type { UpgradePlan } from '../../../api/generated/upgradeplan.ts';
import { isTrue } from '../../condition.ts';
import type { PassView } from '../fleet/pass-view.ts';
import type { SiblingPlan } from '../model/facts.ts';
import type { Hold } from '../model/hold.ts';

/** What other plans may look at of this one. */
export function toSibling({ metadata, spec, status }: UpgradePlan): SiblingPlan {
  const current = status?.observedGeneration === metadata.generation && metadata.deletionTimestamp === undefined;
  return {
    name: metadata.name,
    version: spec.version,
    succeeded: current && isTrue(status.conditions, CONDITIONS.succeeded),
    dependsOn: spec.dependsOn ?? [],
    windows: spec.windows ?? [],
  };
}

/** Nothing starts before the plans that this one depends on have succeeded at their versions. */
export function dependencyNotMet({ input }: PassView): Hold | undefined {
  const { plan, siblings } = input.snapshot;
  const held = { reason: PLAN_REASONS.DependencyNotMet, summary: 'Waiting' } as const;
  const wanted = plan.spec.dependsOn ?? [];
  const circle = wanted.length === 0 ? undefined : circleFrom(plan.metadata.name, siblings);
  if (circle !== undefined) {
    const message = `spec.dependsOn goes in a circle, and none of its plans can start: ${circle.join(' → ')}; take one out`;
    return { ...held, message, kind: 'Stalled' };
  }
  for (const { name, version } of wanted) {
    const sibling = siblings.get(name);
    if (sibling === undefined) {
      return {
        ...held,
        message: `waits for the plan ${name} at ${version}, and this namespace has no such plan`,
        kind: 'Stalled',
      };
    }
    if (sibling.version !== version) {
      return {
        ...held,
        message: `waits for the plan ${name} at ${version}, but that plan is for ${sibling.version}`,
        kind: 'Stalled',
      };
    }
    if (!sibling.succeeded) {
      return { ...held, message: `waits for the plan ${name}, which has not succeeded at ${version} yet`, kind: 'Resting' };
    }
  }
  return undefined;
}

/** The way from a plan along dependencies back to it; undefined when there is none. */
function circleFrom(start: string, siblings: ReadonlyMap<string, SiblingPlan>): readonly string[] | undefined {
  const seen = new Set<string>();
  const walk = (name: string, way: readonly string[]): readonly string[] | undefined => {
    for (const { name: next } of siblings.get(name)?.dependsOn ?? []) {
      if (next === start) return [...way, start];
      if (seen.has(next)) continue;
      seen.add(next);
      const circle = walk(next, [...way, next]);
      if (circle !== undefined) return circle;
    }
    return undefined;
  };
  return walk(start, [start]);
}
