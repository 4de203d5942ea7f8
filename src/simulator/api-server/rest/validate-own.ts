import type { KubeObject } from '../../../kube/kube-object.ts';
import { validateWorkload } from '../builtin/validate-workload.ts';
import type { ResourceType } from '../resources/resource-type.ts';
import { StatusError } from '../resources/status.ts';
import { invalid, type FieldError } from '../schema/field-error.ts';
import { labelProblems, pathSegmentProblems, subdomainProblems } from '../schema/names.ts';
import { validateObjectMeta } from '../schema/object-meta.ts';
import { invalidStatus } from '../schema/status.ts';

const STANDARD_FINALIZERS = ['kubernetes', 'orphan', 'foregroundDeletion'];

/**
 * Throws a 422 if an object of one of Kubernetes' own kinds is not valid, as far as the server checks them: the metadata, and the Pods of
 * new objects. A name that was accepted once stays valid.
 */
export function requireValid(object: KubeObject, type: ResourceType, operation: 'Create' | 'Update'): void {
  const { metadata } = object;
  const nameProblems = operation === 'Create' ? rulesFor(type) : pathSegmentProblems;
  const errors = [
    ...validateObjectMeta({ ...metadata }, type.namespaced, nameProblems),
    ...unqualified(metadata.finalizers ?? []),
    ...(operation === 'Create' ? validateWorkload(type.kind, object) : []),
  ];
  if (errors.length > 0) throw StatusError.from(invalidStatus(type.group, type.kind, metadata.name ?? '', errors));
}

function rulesFor({ group, kind }: ResourceType): (name: string) => readonly string[] {
  if (group === 'rbac.authorization.k8s.io') return pathSegmentProblems;
  return kind === 'Namespace' ? labelProblems : subdomainProblems;
}

function unqualified(finalizers: readonly string[]): readonly FieldError[] {
  return finalizers.flatMap((finalizer, index) => {
    if (finalizer.includes('/') || STANDARD_FINALIZERS.includes(finalizer)) return [];
    const why = 'name is neither a standard finalizer name nor is it fully qualified';
    return [invalid(`metadata.finalizers[${index}]`, finalizer, why)];
  });
}
