import { upgradeRepository, upgradeVersion } from './fleet.ts';

/** An application on one node, as a user of the cluster runs it. It runs for ever. */
export interface Application {
  readonly namespace: string;
  readonly name: string;
  readonly node: string;
  readonly labels?: Readonly<Record<string, string>>;
}

function podTemplate({ name, node, labels }: Application): object {
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
          command: ['sh', '-c', 'sleep 86400'],
        },
      ],
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
