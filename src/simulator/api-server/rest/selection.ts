import type { KubeObject } from '../../../kube/kube-object.ts';
import type { ResourceType } from '../resources/resource-type.ts';
import { badRequest } from '../resources/status.ts';
import { parseFieldSelector, satisfies, type FieldRequirement } from '../selectors/field-selector.ts';
import { SelectorError, parseLabelSelector } from '../selectors/label-selector.ts';
import type { Target } from './exchange.ts';

/** The objects of a collection that a request is about. */
export interface Selection {
  /** Whether there is any selector. */
  readonly selective: boolean;
  readonly inScope: (object: KubeObject) => boolean;
  readonly selects: (object: KubeObject) => boolean;
}

/** Reads the selectors of a query. */
export function selectionOf(query: URLSearchParams, { type, namespace }: Target): Selection {
  const labelText = query.get('labelSelector') ?? '';
  const fieldText = query.get('fieldSelector') ?? '';
  const labels = parsed(() => parseLabelSelector(labelText));
  const fields = parsed(() => parseFieldSelector(fieldText));
  requireKnown(fields, type);
  return {
    selective: labelText !== '' || fieldText !== '',
    inScope: ({ metadata }) => namespace === undefined || metadata.namespace === namespace,
    selects: (object) => labels(object.metadata.labels ?? {}) && satisfies(fields, (field) => readField(type, object, field)),
  };
}

function parsed<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof SelectorError) throw badRequest(error.message);
    throw error;
  }
}

function readField(type: ResourceType, object: KubeObject, field: string): string {
  if (field === 'metadata.name') return object.metadata.name ?? '';
  if (field === 'metadata.namespace') return object.metadata.namespace ?? '';
  return type.fields[field]?.(object) ?? '';
}

function requireKnown(requirements: readonly FieldRequirement[], type: ResourceType): void {
  const unknown = requirements.find(({ field }) => !isKnown(type, field));
  if (unknown === undefined) return;
  switch (type.unknownField) {
    case 'Label':
      throw badRequest(`field label not supported: ${unknown.field}`);
    case 'LabelForKind':
      throw badRequest(`field label "${unknown.field}" not supported for ${type.kind}`);
    case 'KnownFields':
      throw badRequest(`"${unknown.field}" is not a known field selector: only "metadata.name", "metadata.namespace"`);
  }
}

function isKnown(type: ResourceType, field: string): boolean {
  return field === 'metadata.name' || field === 'metadata.namespace' || Object.hasOwn(type.fields, field);
}
