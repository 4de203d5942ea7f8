import { asObjects, asObject, type Json } from '../../json.ts';
import { holdsFor, labelOf } from '../../selector.ts';

type Labels = Readonly<Record<string, string>>;

/** The parts of a node that nodeSelector and node affinity refer to. */
export interface FitNode {
  readonly name: string;
  readonly labels: Labels;
}

/**
 * Why the scheduler would never place a Pod on this node: its nodeSelector or required node affinity excludes the node. Undefined
 * if it could. Resources and taints are not considered, because they change over time.
 */
export function misfit(podSpec: unknown, node: FitNode): string | undefined {
  const spec = asObject(podSpec);
  for (const [key, wanted] of Object.entries(asObject(spec['nodeSelector']))) {
    if (labelOf(node.labels, key) !== wanted) return `${described(node.labels, key)}, and nodeSelector wants ${String(wanted)}`;
  }
  const affinity = asObject(asObject(spec['affinity'])['nodeAffinity'])['requiredDuringSchedulingIgnoredDuringExecution'];
  if (affinity === undefined) return undefined;
  const terms = asObjects(asObject(affinity)['nodeSelectorTerms']);
  const failures = terms.map((term) => termFailure(term, node));
  return failures.includes(undefined) ? undefined : (failures[0] ?? 'its required node affinity has no terms');
}

function described(labels: Labels, key: string): string {
  const value = labelOf(labels, key);
  return value === undefined ? `it has no label ${key}` : `its ${key} is ${value}`;
}

/** Why a term does not match; undefined when it does. A term without conditions matches nothing, as in Kubernetes. */
function termFailure(term: Json, { name, labels }: FitNode): string | undefined {
  const expressions = asObjects(term['matchExpressions']);
  const fields = asObjects(term['matchFields']);
  if (expressions.length + fields.length === 0) return 'a term of its node affinity is empty';
  const failed =
    expressions.find((expression) => !holds(expression, labels)) ??
    fields.find((field) => !holds(field, { 'metadata.name': name }));
  if (failed === undefined) return undefined;
  const key = String(failed['key']);
  const values = Array.isArray(failed['values']) ? ` ${failed['values'].join(', ')}` : '';
  const has = fields.includes(failed) ? `its name is ${name}` : described(labels, key);
  return `${has}, and node affinity wants ${key} ${String(failed['operator'])}${values}`;
}

function holds(expression: Json, labels: Labels): boolean {
  const value = labelOf(labels, String(expression['key']));
  const values: readonly unknown[] = Array.isArray(expression['values']) ? expression['values'] : [];
  switch (expression['operator']) {
    case 'Gt':
      return Number(value) > Number(values[0]);
    case 'Lt':
      return Number(value) < Number(values[0]);
    default:
      // An operator from a newer Kubernetes: assume that it matches.
      return holdsFor(expression['operator'], value, values) ?? true;
  }
}
