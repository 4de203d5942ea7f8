import { asObjects, asText, isJsonObject, type Json } from '../../../core/json.ts';
import { forbidden, invalid, Printed, required, tooLong, withoutRepeats, type FieldError } from './field-error.ts';
import { goJson } from './go-format.ts';
import { labelProblems, labelValueProblems, pathSegmentProblems, qualifiedNameProblems, subdomainProblems } from './names.ts';

const MAX_ANNOTATION_BYTES = 256 * 1024;
const IMMUTABLE = 'field is immutable';

/** Returns what is wrong with the metadata of a new object. Source: apimachinery, pkg/api/validation/objectmeta.go. */
export function validateObjectMeta(
  meta: Json,
  namespaced: boolean,
  nameProblems: (name: string) => readonly string[] = subdomainProblems,
): readonly FieldError[] {
  return withoutRepeats(createErrors(meta, namespaced, nameProblems));
}

/**
 * Returns what is wrong with the metadata of an updated object. Kubernetes checks some rules up to three times and returns a cause
 * each time.
 */
export function validateObjectMetaUpdate(meta: Json, old: Json, namespaced: boolean): readonly FieldError[] {
  const update = updateErrors(meta, old);
  return [...createErrors(meta, namespaced, pathSegmentProblems), ...update, ...withoutRepeats(update)];
}

function createErrors(meta: Json, namespaced: boolean, nameProblems: (name: string) => readonly string[]): readonly FieldError[] {
  const [name, generateName] = [asText(meta['name']), asText(meta['generateName'])];
  return [
    ...(generateName === ''
      ? []
      : problems('metadata.generateName', generateName, nameProblems(generateName.replace(/(?<=.)-$/, 'a')))),
    ...(name === ''
      ? [required('metadata.name', 'name or generateName is required')]
      : problems('metadata.name', name, nameProblems(name))),
    ...namespaceErrors(asText(meta['namespace']), namespaced),
    ...labelErrors(meta),
    ...annotationErrors(meta),
    ...ownerErrors(meta),
    ...finalizerErrors(meta),
  ];
}

function updateErrors(meta: Json, old: Json): readonly FieldError[] {
  const immutable = ['name', 'namespace', 'uid', 'creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds'];
  return [
    ...(old['deletionTimestamp'] === undefined ? [] : newFinalizerErrors(meta, old)),
    ...(asText(meta['resourceVersion']) === ''
      ? [invalid('metadata.resourceVersion', '', 'must be specified for an update')]
      : []),
    ...immutable
      .filter((field) => meta[field] !== old[field])
      .map((field) => invalid(`metadata.${field}`, meta[field] ?? null, IMMUTABLE)),
    ...labelErrors(meta),
    ...annotationErrors(meta),
    ...ownerErrors(meta),
  ];
}

function namespaceErrors(namespace: string, namespaced: boolean): readonly FieldError[] {
  if (!namespaced) return namespace === '' ? [] : [forbidden('metadata.namespace', 'not allowed on this type')];
  return namespace === ''
    ? [required('metadata.namespace')]
    : problems('metadata.namespace', namespace, labelProblems(namespace));
}

function labelErrors(meta: Json): readonly FieldError[] {
  return textEntries(meta['labels']).flatMap(([key, value]) => [
    ...problems('metadata.labels', key, qualifiedNameProblems(key)),
    ...problems('metadata.labels', value, labelValueProblems(value)),
  ]);
}

function annotationErrors(meta: Json): readonly FieldError[] {
  const entries = textEntries(meta['annotations']);
  const bytes = entries.reduce((sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value), 0);
  return [
    ...entries.flatMap(([key]) => problems('metadata.annotations', key, qualifiedNameProblems(key.toLowerCase()))),
    ...(bytes > MAX_ANNOTATION_BYTES ? [tooLong('metadata.annotations', MAX_ANNOTATION_BYTES)] : []),
  ];
}

function ownerErrors(meta: Json): readonly FieldError[] {
  const owners = asObjects(meta['ownerReferences']);
  return [
    ...owners.flatMap((owner, index) => {
      const path = `metadata.ownerReferences[${index}]`;
      const apiVersion = asText(owner['apiVersion']);
      const isVersion = /^([^/]*\/)?[^/]+$/.test(apiVersion);
      return [
        ...(apiVersion === '' || isVersion
          ? []
          : [invalid(`${path}.apiVersion`, apiVersion, 'must be <group>/<version> or <version>')]),
        ...['apiVersion', 'kind', 'name', 'uid']
          .filter((field) => asText(owner[field]) === '')
          .map((field) => required(`${path}.${field}`, 'must not be empty')),
      ];
    }),
    ...controllerErrors(owners),
  ];
}

function controllerErrors(owners: readonly Json[]): readonly FieldError[] {
  const [first, ...others] = owners
    .filter((owner) => owner['controller'] === true)
    .map((owner) => `${asText(owner['kind'])}/${asText(owner['name'])}`);
  return others.map((other) =>
    invalid(
      'metadata.ownerReferences',
      printedOwners(owners),
      `Only one reference can have Controller set to true. Found "true" in references for ${first ?? ''} and ${other}`,
    ),
  );
}

/** Owners as Go prints them: with the fields in the order of the type. */
function printedOwners(owners: readonly Json[]): Printed {
  const order = ['apiVersion', 'kind', 'name', 'uid', 'controller', 'blockOwnerDeletion'];
  const texts = owners.map((owner) => {
    const fields = order.filter((name) => owner[name] !== undefined || order.indexOf(name) < 4);
    return `{${fields.map((name) => `${goJson(name)}:${goJson(owner[name] ?? '')}`).join(',')}}`;
  });
  return new Printed(`[${texts.join(',')}]`);
}

function finalizerErrors(meta: Json): readonly FieldError[] {
  const finalizers = finalizersOf(meta);
  const both = ['orphan', 'foregroundDeletion'].every((finalizer) => finalizers.includes(finalizer));
  return [
    ...finalizers.flatMap((finalizer) => problems('metadata.finalizers', finalizer, qualifiedNameProblems(finalizer))),
    ...(both ? [invalid('metadata.finalizers', finalizers, 'finalizer orphan and foregroundDeletion cannot be both set')] : []),
  ];
}

function newFinalizerErrors(meta: Json, old: Json): readonly FieldError[] {
  const added = [...new Set(finalizersOf(meta))].filter((finalizer) => !finalizersOf(old).includes(finalizer)).sort();
  if (added.length === 0) return [];
  const list = added.map((finalizer) => JSON.stringify(finalizer)).join(', ');
  const detail = `no new finalizers can be added if the object is being deleted, found new finalizers []string{${list}}`;
  return [forbidden('metadata.finalizers', detail)];
}

/** Warnings about finalizers that were added. Source: apiextensions-apiserver, pkg/registry/customresource/validator.go. */
export function finalizerWarnings(meta: Json, old: Json): readonly string[] {
  const added = [...new Set(finalizersOf(meta))].filter((finalizer) => !finalizersOf(old).includes(finalizer)).sort();
  const standard = ['orphan', 'foregroundDeletion', 'kubernetes'];
  return added
    .filter((finalizer) => !finalizer.includes('/') && !standard.includes(finalizer))
    .map((finalizer) => {
      const including = finalizer.includes('.') ? ' including a path (/)' : '';
      return `metadata.finalizers: ${JSON.stringify(finalizer)}: prefer a domain-qualified finalizer name${including} to avoid accidental conflicts with other finalizer writers`;
    });
}

function finalizersOf(meta: Json): readonly string[] {
  return Array.isArray(meta['finalizers']) ? meta['finalizers'].map(String) : [];
}

function textEntries(value: unknown): readonly (readonly [string, string])[] {
  return isJsonObject(value) ? Object.entries(value).map(([key, text]) => [key, asText(text)] as const) : [];
}

function problems(field: string, value: string, found: readonly string[]): readonly FieldError[] {
  return found.map((problem) => invalid(field, value, problem));
}
