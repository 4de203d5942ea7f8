/** An application of one Pod on one node, as a user of the cluster runs it. */
export interface Application {
  readonly name: string;
  readonly node: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly emptyDir?: boolean;
}

function podTemplate({ name, node, labels, emptyDir = false }: Application): {
  readonly metadata: object;
  readonly spec: object;
} {
  return {
    metadata: { labels: { app: name, ...labels } },
    spec: {
      // Only the scheduler respects a cordon: a Pod that is evicted must not come back at once.
      nodeSelector: { 'kubernetes.io/hostname': node },
      containers: [{ name: 'app', image: 'registry.example/app:1' }],
      ...(emptyDir ? { volumes: [{ name: 'data', emptyDir: {} }] } : {}),
    },
  };
}

export function replicaSetManifest(application: Application): object {
  const { name } = application;
  return {
    ...{ apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name } },
    spec: { replicas: 1, selector: { matchLabels: { app: name } }, template: podTemplate(application) },
  };
}

/** A PodDisruptionBudget that never lets the one Pod of an application go. */
export function budgetManifest({ name }: Application): object {
  return {
    ...{ apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name: `${name}-budget` } },
    spec: { minAvailable: 1, selector: { matchLabels: { app: name } } },
  };
}

export function jobManifest(application: Application): object {
  const { metadata, spec } = podTemplate(application);
  return {
    ...{ apiVersion: 'batch/v1', kind: 'Job', metadata: { name: application.name } },
    spec: { backoffLimit: 0, template: { metadata, spec: { ...spec, restartPolicy: 'Never' } } },
  };
}

/** A Pod that nobody starts again. */
export function barePodManifest(application: Application): object {
  const { metadata, spec } = podTemplate(application);
  return { apiVersion: 'v1', kind: 'Pod', metadata: { ...metadata, name: application.name }, spec };
}
