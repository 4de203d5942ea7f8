import { asObject, asObjects, asText, type Json } from '../../../core/json.ts';
import type { KubeObject } from '../../../kube/kube-object.ts';
import { satisfies } from './selectors.ts';

function termsOf(podSpec: Json): readonly Json[] | undefined {
  const affinity = asObject(asObject(podSpec['affinity'])['nodeAffinity']);
  const required = affinity['requiredDuringSchedulingIgnoredDuringExecution'];
  return required === undefined ? undefined : asObjects(asObject(required)['nodeSelectorTerms']);
}

/** Whether the nodeSelector and the required node affinity of a pod allow a node. */
export function allowsNode(podSpec: Json, { metadata }: KubeObject): boolean {
  const labels = metadata.labels ?? {};
  const selected = Object.entries(asObject(podSpec['nodeSelector'])).every(
    ([key, value]) => Object.hasOwn(labels, key) && labels[key] === value,
  );
  if (!selected) return false;
  const terms = termsOf(podSpec);
  return terms === undefined || terms.some((term) => matchesTerm(term, metadata.name ?? '', labels));
}

// A term without requirements matches nothing.
function matchesTerm(term: Json, name: string, labels: Readonly<Record<string, string>>): boolean {
  const expressions = asObjects(term['matchExpressions']);
  const fields = asObjects(term['matchFields']);
  if (expressions.length + fields.length === 0) return false;
  return (
    expressions.every((requirement) => satisfies(requirement, labels)) &&
    fields.every((requirement) => satisfies(requirement, { 'metadata.name': name }))
  );
}

/** The names to which the required node affinity confines a pod; undefined when it may go to nodes of any name. */
export function pinnedNames(podSpec: Json): readonly string[] | undefined {
  const terms = termsOf(podSpec);
  if (terms === undefined || terms.length === 0) return undefined;
  const names = terms.map(namesOf);
  return names.includes(undefined) ? undefined : [...new Set(names.flatMap((each) => each ?? []))];
}

function namesOf(term: Json): readonly string[] | undefined {
  const lists = asObjects(term['matchFields'])
    .filter(({ key, operator }) => key === 'metadata.name' && operator === 'In')
    .map(({ values }) => (Array.isArray(values) ? values.map(asText) : []));
  const [first, ...others] = lists;
  return first?.filter((name) => others.every((list) => list.includes(name)));
}
