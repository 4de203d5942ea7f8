import { upgradeRepository, upgradeVersion } from './fleet.ts';

/** An application on one node, as a user of the cluster runs it. */
export interface Application {
  readonly namespace: string;
  readonly name: string;
  readonly node: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** How long it runs; for ever unless said otherwise. */
  readonly seconds?: number;
  readonly emptyDir?: boolean;
}

function podTemplate({ name, node, labels, seconds, emptyDir = false }: Application): object {
  const mount = emptyDir ? { volumeMounts: [{ name: 'data', mountPath: '/data' }] } : {};
  return {
    metadata: { labels: { app: name, ...labels } },
    spec: {
      // Only the scheduler respects a cordon: a Pod that is evicted must not come back at once.
      nodeSelector: { 'kubernetes.io/hostname': node },
      terminationGracePeriodSeconds: 1,
      containers: [
        {
          name: 'app',
          image: `${upgradeRepository}:${upgradeVersion}`,
          imagePullPolicy: 'IfNotPresent',
          command: ['sh', '-c', seconds === undefined ? 'sleep 86400' : `sleep ${seconds}`],
          ...mount,
        },
      ],
      ...(emptyDir ? { volumes: [{ name: 'data', emptyDir: {} }] } : {}),
    },
  };
}

/** A Deployment of one Pod. */
export function deploymentManifest(application: Application): unknown {
  const { namespace, name } = application;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { namespace, name },
    spec: { replicas: 1, selector: { matchLabels: { app: name } }, template: podTemplate(application) },
  };
}

/** A PodDisruptionBudget that never lets the one Pod of an application go. */
export function budgetManifest({ namespace, name }: Application): unknown {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { namespace, name: `${name}-budget` },
    spec: { minAvailable: 1, selector: { matchLabels: { app: name } } },
  };
}

/** A Job that ends by itself. */
export function jobManifest(application: Application): unknown {
  const { metadata, spec } = podTemplate(application) as { metadata: object; spec: object };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { namespace: application.namespace, name: application.name },
    spec: { backoffLimit: 0, template: { metadata, spec: { ...spec, restartPolicy: 'Never' } } },
  };
}

/** A Pod that nobody starts again. */
export function barePodManifest(application: Application): unknown {
  const { metadata, spec } = podTemplate(application) as { metadata: object; spec: object };
  const { namespace, name } = application;
  return { apiVersion: 'v1', kind: 'Pod', metadata: { ...metadata, namespace, name }, spec };
}
