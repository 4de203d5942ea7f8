import type { UpgradePlan } from '../../../api/generated/upgradeplan.ts';
import type { NodeFact } from '../../facts.ts';
import { compareNames } from '../../text.ts';

/** The domain of nodes without the topology label; no label value can look like this. */
export const NO_DOMAIN = '(none)';

/** The node's topology domain; undefined for a plan without `oneDomainAtATime`. */
export function domainOf(plan: UpgradePlan, node: NodeFact): string | undefined {
  const key = plan.spec.oneDomainAtATime?.topologyKey;
  if (key === undefined) return undefined;
  const value = node.labels[key] ?? '';
  return value === '' ? NO_DOMAIN : value;
}

/** Compares domains by name; nodes without one come last. */
export function compareDomains(a: string | undefined, b: string | undefined): number {
  if (a === b) return 0;
  if (a === NO_DOMAIN || b === NO_DOMAIN) return a === NO_DOMAIN ? 1 : -1;
  return compareNames(a ?? '', b ?? '');
}
