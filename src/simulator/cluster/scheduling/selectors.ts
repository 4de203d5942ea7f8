import { asObject, asObjects, asText, type Json } from '../../../core/json.ts';

type Labels = Readonly<Record<string, string>>;

/** Whether a LabelSelector selects these labels. A missing selector selects nothing, an empty one everything. */
export function selectsLabels(selector: unknown, labels: Labels = {}): boolean {
  if (selector === undefined || selector === null) return false;
  const { matchLabels, matchExpressions } = asObject(selector);
  return (
    Object.entries(asObject(matchLabels)).every(([key, value]) => own(labels, key) === value) &&
    asObjects(matchExpressions).every((requirement) => satisfies(requirement, labels))
  );
}

/** Whether a requirement of a label selector, or of a node selector, holds. */
export function satisfies({ key, operator, values: listed }: Json, labels: Labels): boolean {
  const value = own(labels, asText(key));
  const values: readonly unknown[] = Array.isArray(listed) ? listed : [];
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return value !== undefined && Number(value) > Number(values[0]);
    case 'Lt':
      return value !== undefined && Number(value) < Number(values[0]);
    default:
      return false;
  }
}

function own(labels: Labels, key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined;
}
