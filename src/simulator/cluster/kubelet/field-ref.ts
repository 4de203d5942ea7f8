import { asObject, asText } from '../../../core/json.ts';
import type { KubeObject } from '../../../kube/kube-object.ts';

/** What the downward API shows of the node that a Pod runs on. */
export interface PodAddresses {
  readonly hostIP: string;
  readonly podIP: string;
}

/** The value of a field of the downward API, such as `metadata.labels['app']` or `spec.nodeName`; empty when it has none. */
export function fieldValue(pod: KubeObject, fieldPath: string, { hostIP, podIP }: PodAddresses): string {
  const { labels = {}, annotations = {}, name, namespace, uid } = pod.metadata;
  const entry = /^metadata\.(?<map>labels|annotations)\['(?<key>[^']+)'\]$/.exec(fieldPath)?.groups;
  if (entry !== undefined) return (entry['map'] === 'labels' ? labels : annotations)[entry['key'] ?? ''] ?? '';
  const { nodeName, serviceAccountName } = asObject(pod['spec']);
  const fields: Readonly<Record<string, unknown>> = {
    'metadata.name': name,
    'metadata.namespace': namespace,
    'metadata.uid': uid,
    'metadata.labels': mapLines(labels),
    'metadata.annotations': mapLines(annotations),
    'spec.nodeName': nodeName,
    'spec.serviceAccountName': serviceAccountName,
    'status.hostIP': hostIP,
    'status.hostIPs': hostIP,
    'status.podIP': podIP,
    'status.podIPs': podIP,
  };
  return asText(fields[fieldPath]);
}

function mapLines(map: Readonly<Record<string, string>>): string {
  return Object.entries(map)
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join('\n');
}
