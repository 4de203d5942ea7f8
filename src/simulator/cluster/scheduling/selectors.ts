import { asObject, asObjects, asText, type Json } from '../../../core/json.ts';
import { holdsFor, labelOf } from '../../../core/selector.ts';

type Labels = Readonly<Record<string, string>>;

/** Whether a LabelSelector selects these labels. A missing selector selects nothing, an empty one everything. */
export function selectsLabels(selector: unknown, labels: Labels = {}): boolean {
  if (selector === undefined || selector === null) return false;
  const { matchLabels, matchExpressions } = asObject(selector);
  return (
    Object.entries(asObject(matchLabels)).every(([key, value]) => labelOf(labels, key) === value) &&
    asObjects(matchExpressions).every((requirement) => satisfies(requirement, labels))
  );
}

/** Whether a requirement of a label selector, or of a node selector, holds. */
export function satisfies({ key, operator, values: listed }: Json, labels: Labels): boolean {
  const value = labelOf(labels, asText(key));
  const values: readonly unknown[] = Array.isArray(listed) ? listed : [];
  if (operator === 'Gt') return value !== undefined && Number(value) > Number(values[0]);
  if (operator === 'Lt') return value !== undefined && Number(value) < Number(values[0]);
  return holdsFor(operator, value, values) ?? false;
}
