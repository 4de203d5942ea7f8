import { CONDITIONS, PLAN_REASONS } from '../../../api/conditions.ts';
import type { UpgradePlan } from '../../../api/generated/upgradeplan.ts';
import { isTrue } from '../../condition.ts';
import type { PassView } from '../fleet/pass-view.ts';
import type { SiblingPlan } from '../model/facts.ts';
import type { Hold } from '../model/hold.ts';

/** What decisions about other plans need to know about this plan. */
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

/** `dependsOn`: holds everything until the other plans have succeeded at their versions. */
export function dependencyNotMet({ input }: PassView): Hold | undefined {
  const { plan, siblings } = input.snapshot;
  const held = { reason: PLAN_REASONS.DependencyNotMet, summary: 'Waiting' } as const;
  const wanted = plan.spec.dependsOn ?? [];
  const cycle = wanted.length === 0 ? undefined : cycleFrom(plan.metadata.name, siblings);
  if (cycle !== undefined) {
    const message = `spec.dependsOn has a cycle, so that none of its plans can start: ${cycle.join(' → ')}; remove one of these dependencies`;
    return { ...held, message, kind: 'Stalled' };
  }
  for (const { name, version } of wanted) {
    const sibling = siblings.get(name);
    if (sibling === undefined) {
      return {
        ...held,
        message: `waits for the plan ${name} at ${version}, which does not exist in this namespace`,
        kind: 'Stalled',
      };
    }
    if (sibling.version !== version) {
      return {
        ...held,
        message: `waits for the plan ${name} at ${version}, but the version of that plan is ${sibling.version}`,
        kind: 'Stalled',
      };
    }
    if (!sibling.succeeded) {
      return { ...held, message: `waits for the plan ${name}, which has not succeeded at ${version} yet`, kind: 'Resting' };
    }
  }
  return undefined;
}

/** The path from a plan along its dependencies back to itself; undefined if there is none. */
function cycleFrom(start: string, siblings: ReadonlyMap<string, SiblingPlan>): readonly string[] | undefined {
  const seen = new Set<string>();
  const walk = (name: string, path: readonly string[]): readonly string[] | undefined => {
    for (const { name: next } of siblings.get(name)?.dependsOn ?? []) {
      if (next === start) return [...path, start];
      if (seen.has(next)) continue;
      seen.add(next);
      const cycle = walk(next, [...path, next]);
      if (cycle !== undefined) return cycle;
    }
    return undefined;
  };
  return walk(start, [start]);
}
