import { stringify } from 'yaml';
import type { KubeObject } from '../../../../../src/kube/kube-object.ts';

/** The label of a DaemonSet's Pods that shows their revision. */
export const HASH = 'controller-revision-hash';

interface DaemonSetSpec {
  readonly nodes: readonly string[];
  /** The tag of its image. */
  readonly version: string;
  readonly updateStrategy?: string;
}

/** A DaemonSet for some nodes, as YAML. Its Pods are Ready after twenty seconds. */
export function daemonSetManifest(name: string, { nodes, version, updateStrategy = 'OnDelete' }: DaemonSetSpec): string {
  const matchExpressions = [{ key: 'kubernetes.io/hostname', operator: 'In', values: nodes }];
  const nodeAffinity = { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions }] } };
  const readinessProbe = { exec: { command: ['true'] }, initialDelaySeconds: 20, periodSeconds: 1 };
  const container = { name: 'daemon', image: `registry.example/${name}:${version}`, readinessProbe };
  const spec = { affinity: { nodeAffinity }, containers: [container] };
  return stringify({
    ...{ apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name } },
    spec: {
      selector: { matchLabels: { app: name } },
      updateStrategy: { type: updateStrategy },
      template: { metadata: { labels: { app: name } }, spec },
    },
  });
}

/** The Pods of a DaemonSet by node. */
export function podsByNode(pods: readonly KubeObject[], name: string): ReadonlyMap<string, KubeObject> {
  const own = pods.filter(({ metadata }) => metadata.labels?.['app'] === name);
  return new Map(own.map((pod) => [(pod['spec'] as { readonly nodeName?: string }).nodeName ?? '', pod]));
}
