import { asObject, asText, type Json } from '../core/json.ts';

// Kinds whose plural is not the kind with an s.
const PLURALS: Readonly<Record<string, string>> = {
  PodDisruptionBudget: 'poddisruptionbudgets',
  NetworkPolicy: 'networkpolicies',
  Ingress: 'ingresses',
  StorageClass: 'storageclasses',
  PriorityClass: 'priorityclasses',
};
const CLUSTER_SCOPED: ReadonlySet<string> = new Set([
  ...['Namespace', 'Node', 'ClusterRole', 'ClusterRoleBinding', 'CustomResourceDefinition'],
  ...['StorageClass', 'PriorityClass', 'PersistentVolume'],
]);

/** The path of the collection that an object belongs to. An object without a namespace belongs to `default`. */
export function collectionPath(object: Json): string {
  const apiVersion = asText(object['apiVersion']);
  const kind = asText(object['kind']);
  const plural = PLURALS[kind] ?? `${kind.toLowerCase()}s`;
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  if (CLUSTER_SCOPED.has(kind)) return `${root}/${plural}`;
  const { namespace } = asObject(object['metadata']);
  return `${root}/namespaces/${typeof namespace === 'string' && namespace !== '' ? namespace : 'default'}/${plural}`;
}
