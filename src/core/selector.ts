import type { NodeSelector } from '../api/generated/upgradeplan.ts';

type Labels = Readonly<Record<string, string>>;

/** The value of a label; undefined when absent. */
export function labelOf(labels: Labels, key: string): string | undefined {
  // A label key may equal an inherited property such as `constructor`.
  return Object.hasOwn(labels, key) ? labels[key] : undefined;
}

/** Whether a label's value satisfies a requirement of a label selector; undefined for an unknown operator. */
export function holdsFor(operator: unknown, value: string | undefined, values: readonly unknown[]): boolean | undefined {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    default:
      return undefined;
  }
}

/** Whether labels satisfy a selector. An absent selector selects everything, as in Kubernetes. */
export function selects(selector: NodeSelector | undefined, labels: Labels): boolean {
  if (selector === undefined) return true;
  const byLabels = Object.entries(selector.matchLabels ?? {}).every(([key, value]) => labelOf(labels, key) === value);
  const expressions = selector.matchExpressions ?? [];
  return byLabels && expressions.every(({ key, operator, values = [] }) => holdsFor(operator, labelOf(labels, key), values));
}

/** The keys of the labels that a selector uses. */
export function selectorKeys(selector: NodeSelector): readonly string[] {
  return [...Object.keys(selector.matchLabels ?? {}), ...(selector.matchExpressions ?? []).map(({ key }) => key)];
}

/** The selector as a `labelSelector` query parameter; empty when it selects every node. */
export function selectorQuery(selector: NodeSelector | undefined): string {
  const parts = Object.entries(selector?.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`);
  for (const { key, operator, values = [] } of selector?.matchExpressions ?? []) {
    if (operator === 'Exists') parts.push(key);
    else if (operator === 'DoesNotExist') parts.push(`!${key}`);
    else parts.push(`${key} ${operator === 'In' ? 'in' : 'notin'} (${values.join(',')})`);
  }
  return parts.join(',');
}
