import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';
import { NAMESPACE } from './clients.ts';

const PLAN = parse(readFileSync(fileURLToPath(new URL('../../fixtures/minimal.yaml', import.meta.url)), 'utf8')) as {
  readonly spec: object;
};

/** The manifests of the commands, as YAML. */
function manifest(apiVersion: string, kind: string, name: string, rest: object): string {
  return stringify({ apiVersion, kind, metadata: { name }, ...rest });
}

export function plan(spec: object = {}): string {
  return manifest('baton.dev/v1alpha1', 'UpgradePlan', 'os', { spec: { ...PLAN.spec, ...spec } });
}

export const ACTION = manifest('baton.dev/v1alpha1', 'UpgradeAction', 'pause', {
  spec: { plan: 'os', action: 'Pause', batch: 'os-1' },
});

export const EVENT = manifest('v1', 'Event', 'started', {
  involvedObject: { apiVersion: 'baton.dev/v1alpha1', kind: 'UpgradePlan', name: 'os', namespace: NAMESPACE },
  reason: 'Started',
  message: 'The rollout has started',
  type: 'Normal',
  source: { component: 'baton' },
  firstTimestamp: '2026-01-01T00:00:00Z',
  lastTimestamp: '2026-01-01T00:00:00Z',
  count: 1,
});

export function configMap(data: object): string {
  return manifest('v1', 'ConfigMap', 'settings', { data });
}

export const NODE = manifest('v1', 'Node', 'node-1', {});

export function pod(image: string): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'app', labels: { app: 'web' } },
    spec: {
      nodeName: 'node-1',
      terminationGracePeriodSeconds: 0,
      containers: [
        { name: 'main', image, env: [{ name: 'A', value: '1' }] },
        { name: 'side', image: 'busybox' },
      ],
    },
  });
}

export const JOB = manifest('batch/v1', 'Job', 'upgrade', {
  spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'busybox' }] } } },
});

export const DEPLOYMENT = manifest('apps/v1', 'Deployment', 'web', {
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'other' } },
    template: { metadata: { labels: { app: 'other' } }, spec: { containers: [{ name: 'c', image: 'nginx' }] } },
  },
});

export const DAEMON_SET = manifest('apps/v1', 'DaemonSet', 'agent', {
  spec: {
    selector: { matchLabels: { app: 'agent' } },
    template: { metadata: { labels: { app: 'agent' } }, spec: { containers: [{ name: 'c', image: 'nginx' }] } },
  },
});

export const LEASE = manifest('coordination.k8s.io/v1', 'Lease', 'os-agent', { spec: { holderIdentity: 'node-1' } });
