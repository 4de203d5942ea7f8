import type { StoryDependent } from '../../../../api/generated/upgradebatch.ts';
import { nextOpening, openUntil } from '../../../schedule/windows.ts';
import { presentFields } from '../../../present-fields.ts';
import { compareNames, toRfc3339 } from '../../../text.ts';
import { isDependencyMet } from '../../fleet/dependencies-met.ts';
import type { SiblingPlan } from '../../model/facts.ts';
import type { DecisionInput } from '../../model/snapshot.ts';

/** Maximum number of dependents, as in the CRD. */
const MAX_DEPENDENTS = 10;

/**
 * The plans that wait for this plan at its version, for the end of its rollout.
 *
 * @param succeeded whether the rollout has ended in a way that lets them start.
 */
export function dependentsOf({ snapshot, settings, now }: DecisionInput, succeeded: boolean): readonly StoryDependent[] {
  const { metadata, spec } = snapshot.plan;
  const waitsForThis = (sibling: SiblingPlan): boolean =>
    !sibling.succeeded && sibling.dependsOn.some(({ name, version }) => name === metadata.name && version === spec.version);
  return [...snapshot.siblings.values()]
    .filter(waitsForThis)
    .toSorted((a, b) => compareNames(a.name, b.name))
    .slice(0, MAX_DEPENDENTS)
    .map(({ name, dependsOn, windows }) => {
      const others = dependsOn.filter((each) => each.name !== metadata.name);
      const unblocked = succeeded && others.every((each) => isDependencyMet(each, snapshot.siblings));
      const isOpen = openUntil(windows, settings.cron, now) !== undefined;
      const opens = unblocked && !isOpen ? nextOpening(windows, settings.cron, now)?.at : undefined;
      const state = unblocked ? 'Unblocked' : 'Blocked';
      return presentFields({ plan: name, state, nextWindowTime: opens === undefined ? undefined : toRfc3339(opens) });
    });
}
