import type { NodeSelector } from '../../api/generated/upgradeplan.ts';
import { selects } from '../../core/selector.ts';

export type Labels = Readonly<Record<string, string>>;

/**
 * Adds to labels what selectors require, such as the first value that an expression with In lists. A value is replaced only if another
 * selector does not need it.
 *
 * @returns undefined if no labels satisfy all the selectors.
 */
export function labelsFor(labels: Labels, selectors: readonly (NodeSelector | undefined)[]): Labels | undefined {
  const requirements = selectors.flatMap((selector) => requirementsOf(selector));
  const result: Record<string, string> = { ...labels };
  for (const key of new Set(requirements.map((requirement) => requirement.key))) {
    const value = valueFor(
      requirements.filter((requirement) => requirement.key === key),
      result[key],
    );
    if (value !== undefined) result[key] = value;
  }
  return selectors.every((selector) => selects(selector, result)) ? result : undefined;
}

interface Requirement {
  readonly key: string;
  readonly operator: string;
  readonly values: readonly string[];
}

function requirementsOf(selector: NodeSelector | undefined): readonly Requirement[] {
  return [
    ...Object.entries(selector?.matchLabels ?? {}).map(([key, value]) => ({ key, operator: 'In', values: [value] })),
    ...(selector?.matchExpressions ?? []).map(({ key, operator, values = [] }) => ({ key, operator, values })),
  ];
}

/** The value that a label needs; undefined to leave it as it is. */
function valueFor(requirements: readonly Requirement[], present: string | undefined): string | undefined {
  const forbidden = requirements.filter(({ operator }) => operator === 'NotIn').flatMap(({ values }) => values);
  const lists = requirements.filter(({ operator }) => operator === 'In').map(({ values }) => values);
  const [first, ...others] = lists;
  if (first === undefined) {
    const needed = requirements.some(({ operator }) => operator === 'Exists');
    return needed && present === undefined ? 'true' : undefined;
  }
  const allowed = first.filter((value) => others.every((values) => values.includes(value)) && !forbidden.includes(value));
  return present !== undefined && allowed.includes(present) ? present : allowed[0];
}
