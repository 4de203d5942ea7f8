import { asObject, asObjects, asText } from '../../../core/json.ts';

/** A label selector as a text; `<none>` if it selects everything. */
export function labelSelectorText(selector: unknown): string {
  const { matchLabels, matchExpressions } = asObject(selector);
  const labels = Object.entries(asObject(matchLabels)).map(([key, value]) => ({ key, text: `${key}=${String(value)}` }));
  const expressions = asObjects(matchExpressions).map((expression) => {
    const key = asText(expression['key']);
    return { key, text: expressionText(key, asText(expression['operator']), valuesOf(expression['values'])) };
  });
  const sorted = [...labels, ...expressions].sort((left, right) => (left.key < right.key ? -1 : 1));
  return sorted.length === 0 ? '<none>' : sorted.map(({ text }) => text).join(',');
}

function expressionText(key: string, operator: string, values: readonly string[]): string {
  switch (operator) {
    case 'In':
      return `${key} in (${values.join(',')})`;
    case 'NotIn':
      return `${key} notin (${values.join(',')})`;
    case 'DoesNotExist':
      return `!${key}`;
    default:
      return key;
  }
}

function valuesOf(values: unknown): readonly string[] {
  return Array.isArray(values) ? values.map(String).sort() : [];
}

/** Labels as a text; `<none>` if there are none. */
export function labelsText(labels: unknown): string {
  const texts = Object.entries(asObject(labels)).map(([key, value]) => `${key}=${String(value)}`);
  return texts.length === 0 ? '<none>' : texts.sort().join(',');
}
