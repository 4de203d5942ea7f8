import { casesOf } from '../case.ts';

const CONTAINERS = [{ name: 'c', image: 'busybox' }];
const SELECTED = {
  selector: { matchLabels: { a: 'b' } },
  template: { metadata: { labels: { a: 'b' } }, spec: { containers: CONTAINERS } },
};
const POD_SPEC = { restartPolicy: 'Never', containers: CONTAINERS };

function jobs(namespace: string): string {
  return `/apis/batch/v1/namespaces/${namespace}/jobs`;
}

function job(rest: object = {}, template: object = {}): unknown {
  return { metadata: { name: 'j' }, spec: { template: { spec: POD_SPEC, ...template }, ...rest } };
}

export const controllers = casesOf([
  {
    name: 'A small Job gets its defaults, a selector and labels.',
    run: (api, namespace) => api.post(jobs(namespace), job()),
  },
  {
    name: 'A Job without labels takes those of its template.',
    run: (api, namespace) => api.post(jobs(namespace), job({}, { metadata: { labels: { a: 'b' } } })),
  },
  {
    name: 'A Job keeps its own labels.',
    run: (api, namespace) =>
      api.post(jobs(namespace), { metadata: { name: 'j', labels: { own: 'x' } }, spec: { template: { spec: POD_SPEC } } }),
  },
  {
    name: 'A Job with a policy for failures replaces pods that have failed.',
    run: (api, namespace) => {
      const rules = [{ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget' }] }];
      const rest = { backoffLimit: 0, parallelism: 2, activeDeadlineSeconds: 60, ttlSecondsAfterFinished: 60 };
      return api.post(jobs(namespace), job({ ...rest, podFailurePolicy: { rules } }));
    },
  },
  {
    name: 'The template of a Job cannot be changed.',
    run: async (api, namespace) => {
      await api.post(jobs(namespace), job());
      return [
        await api.merge(`${jobs(namespace)}/j`, { spec: { template: { spec: { terminationGracePeriodSeconds: 5 } } } }),
        await api.merge(`${jobs(namespace)}/j`, { spec: { completions: 2 } }),
      ];
    },
  },
  {
    name: 'A Job is suspended, and counts it.',
    run: async (api, namespace) => {
      await api.post(jobs(namespace), job());
      return [
        await api.merge(`${jobs(namespace)}/j`, { spec: { suspend: true } }),
        await api.merge(`${jobs(namespace)}/j`, { metadata: { annotations: { x: 'y' } } }),
        await api.merge(`${jobs(namespace)}/j/status`, { status: { active: 1 } }),
      ];
    },
  },
  {
    name: 'A Job that is deleted without a policy orphans its pods.',
    run: async (api, namespace) => {
      await api.post(jobs(namespace), job());
      return api.delete(`${jobs(namespace)}/j`);
    },
  },
  {
    name: 'A Job that is deleted in the background is gone.',
    run: async (api, namespace) => {
      await api.post(jobs(namespace), job());
      return api.delete(`${jobs(namespace)}/j`, { propagationPolicy: 'Background' });
    },
  },
  {
    name: 'A Job in a dry run is complete.',
    run: (api, namespace) => api.post(`${jobs(namespace)}?dryRun=All`, job()),
  },
  {
    name: 'A DaemonSet counts changes of its template.',
    run: async (api, namespace) => {
      const path = `/apis/apps/v1/namespaces/${namespace}/daemonsets`;
      return [
        await api.post(path, { metadata: { name: 'd' }, spec: SELECTED }),
        await api.merge(`${path}/d`, { spec: { template: { metadata: { annotations: { x: 'y' } } } } }),
        await api.merge(`${path}/d`, { spec: { minReadySeconds: 5 } }),
        await api.merge(`${path}/d`, { spec: { selector: { matchExpressions: [{ key: 'a', operator: 'Exists' }] } } }),
        await api.merge(`${path}/d`, { spec: { updateStrategy: { type: 'OnDelete', rollingUpdate: null } } }),
        await api.merge(`${path}/d/status`, { status: { desiredNumberScheduled: 3, observedGeneration: 1 } }),
        await api.delete(`${path}/d`),
      ];
    },
  },
  {
    name: 'A Deployment gets its defaults.',
    run: async (api, namespace) => {
      const path = `/apis/apps/v1/namespaces/${namespace}/deployments`;
      return [
        await api.post(path, { metadata: { name: 'd' }, spec: SELECTED }),
        await api.merge(`${path}/d`, { spec: { replicas: 2 } }),
        await api.merge(`${path}/d/status`, { status: { replicas: 2, readyReplicas: 1, availableReplicas: 1 } }),
      ];
    },
  },
  {
    name: 'A ControllerRevision keeps its data as it is.',
    run: (api, namespace) =>
      api.post(`/apis/apps/v1/namespaces/${namespace}/controllerrevisions`, {
        metadata: { name: 'r' },
        revision: 1,
        data: { spec: { x: null } },
      }),
  },
  {
    name: 'A PodDisruptionBudget has numbers from the start.',
    run: async (api, namespace) => {
      const path = `/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets`;
      const spec = { minAvailable: 1, selector: { matchLabels: { a: 'b' } } };
      return [
        await api.post(path, { metadata: { name: 'p' }, spec }),
        await api.merge(`${path}/p/status`, { status: { observedGeneration: 1, disruptionsAllowed: 1 } }),
        await api.merge(`${path}/p`, { spec: { minAvailable: 2 } }),
      ];
    },
  },
]);
