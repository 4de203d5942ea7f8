import type { Answer, Api } from '../api.ts';
import { casesOf, configMap, configMaps } from '../case.ts';

const HARD = {
  ...{ pods: '2', 'requests.cpu': '500m', 'limits.cpu': '1', 'requests.memory': '1Gi', 'limits.memory': '2Gi' },
  ...{ 'count/jobs.batch': '1', 'count/configmaps': '3' },
};

function quotasOf(namespace: string): string {
  return `/api/v1/namespaces/${namespace}/resourcequotas`;
}

function podsOf(namespace: string): string {
  return `/api/v1/namespaces/${namespace}/pods`;
}

function pod(name: string, resources?: object, spec: object = {}): unknown {
  const container = { name: 'c', image: 'busybox', ...(resources === undefined ? {} : { resources }) };
  return { metadata: { name }, spec: { restartPolicy: 'Never', containers: [container], ...spec } };
}

/** Makes a quota of which nothing is used, as the quota controller would, and waits until the server knows it. */
async function quota(api: Api, namespace: string, hard: Readonly<Record<string, string>> = HARD, name = 'q'): Promise<Answer> {
  await api.post(quotasOf(namespace), { metadata: { name }, spec: { hard } });
  const used = Object.fromEntries(Object.keys(hard).map((key) => [key, '0']));
  const answer = await api.merge(`${quotasOf(namespace)}/${name}/status`, { status: { hard, used } });
  await new Promise((resolve) => setTimeout(resolve, 100));
  return answer;
}

const SMALL = { limits: { cpu: '0.25', memory: '0.5Gi' }, requests: { cpu: '1e-1' } };

export const quotas = casesOf([
  {
    name: 'A quota is written with the largest suffixes.',
    run: async (api, namespace) => {
      const hard = { pods: '2000', 'limits.cpu': '0.5', 'limits.memory': '1024Mi', 'requests.memory': '1500M', cpu: '1e3' };
      await api.post(quotasOf(namespace), { metadata: { name: 'q' }, spec: { hard } });
      return [
        await api.merge(`${quotasOf(namespace)}/q/status`, { status: { hard, used: { ...hard, pods: '0' } } }),
        await api.merge(`${quotasOf(namespace)}/q`, { spec: { hard: { pods: '1k' } } }),
        await api.delete(`${quotasOf(namespace)}/q`),
      ];
    },
  },
  {
    name: 'A quota without a status limits nothing.',
    run: async (api, namespace) => {
      await api.post(quotasOf(namespace), { metadata: { name: 'q' }, spec: { hard: { 'count/configmaps': '0' } } });
      return (await api.post(configMaps(namespace), configMap('a'))).status;
    },
  },
  {
    name: 'A pod has to state what a quota limits, for each container.',
    run: async (api, namespace) => {
      await quota(api, namespace);
      const initContainers = [{ name: 'init', image: 'busybox', resources: { limits: { cpu: '1' } } }];
      return [
        await api.post(podsOf(namespace), pod('p')),
        await api.post(podsOf(namespace), pod('p', { limits: { cpu: '100m' } })),
        await api.post(podsOf(namespace), pod('p', { requests: { memory: '1Mi' } }, { initContainers })),
      ];
    },
  },
  {
    name: 'A pod is charged, and rejected once it would exceed the quota.',
    run: async (api, namespace) => {
      await quota(api, namespace);
      return [
        await api.post(podsOf(namespace), pod('a', SMALL)),
        await api.get(`${quotasOf(namespace)}/q`),
        await api.post(podsOf(namespace), pod('b', { ...SMALL, limits: { cpu: '800m', memory: '2Gi' } })),
        await api.post(podsOf(namespace), pod('b', SMALL)),
        await api.post(podsOf(namespace), pod('c', SMALL)),
        await api.get(`${quotasOf(namespace)}/q`),
      ];
    },
  },
  {
    name: 'An init container counts when it takes more than the others together.',
    run: async (api, namespace) => {
      await quota(api, namespace);
      const resources = { limits: { cpu: '900m', memory: '1Mi' } };
      const initContainers = [{ name: 'init', image: 'busybox', resources: { ...resources, requests: { cpu: '1m' } } }];
      await api.post(podsOf(namespace), pod('a', SMALL, { initContainers }));
      return api.get(`${quotasOf(namespace)}/q`);
    },
  },
  {
    name: 'Objects are counted, and a dry run is not.',
    run: async (api, namespace) => {
      await quota(api, namespace);
      const template = pod('p');
      const jobs = `/apis/batch/v1/namespaces/${namespace}/jobs`;
      const job = (name: string): unknown => ({ metadata: { name }, spec: { template } });
      const dry = await api.post(`${jobs}?dryRun=All`, job('a'));
      const first = await api.post(jobs, job('a'));
      return {
        dry: dry.status,
        first: first.status,
        second: await api.post(jobs, job('b')),
        dryAgain: await api.post(`${jobs}?dryRun=All`, job('b')),
        used: await api.get(`${quotasOf(namespace)}/q`),
      };
    },
  },
  {
    name: 'A name that is taken is charged all the same, and a deletion gives nothing back.',
    run: async (api, namespace) => {
      await quota(api, namespace);
      const statuses = [
        (await api.post(configMaps(namespace), configMap('a'))).status,
        (await api.post(configMaps(namespace), configMap('a'))).status,
        (await api.delete(`${configMaps(namespace)}/a`)).status,
        (await api.post(configMaps(namespace), configMap('a'))).status,
      ];
      return [statuses, await api.post(configMaps(namespace), configMap('a')), await api.get(`${quotasOf(namespace)}/q`)];
    },
  },
  {
    name: 'An invalid object is not charged, and Events never are.',
    run: async (api, namespace) => {
      await quota(api, namespace, { 'count/configmaps': '1', 'count/events': '0', 'count/events.events.k8s.io': '0' });
      const regarding = { kind: 'UpgradePlan', name: 'p', namespace };
      const event = { metadata: { name: 'e', namespace }, regarding, reason: 'R', action: 'A', type: 'Normal' };
      const times = { eventTime: '2026-01-01T00:00:00.000000Z', reportingController: 'c/d', reportingInstance: 'i' };
      await api.post(configMaps(namespace), configMap('A_b'));
      return [
        (await api.post(`/apis/events.k8s.io/v1/namespaces/default/events`, event)).status,
        (await api.post(`/apis/events.k8s.io/v1/namespaces/${namespace}/events`, { ...event, ...times })).status,
        await api.get(`${quotasOf(namespace)}/q`),
      ];
    },
  },
  {
    name: 'Every quota of the namespace has to allow a pod, and what a quota used is known or the pod is rejected.',
    run: async (api, namespace) => {
      await quota(api, namespace, { pods: '5' }, 'a');
      await quota(api, namespace, { pods: '0' }, 'b');
      const rejected = await api.post(podsOf(namespace), pod('p'));
      await api.merge(`${quotasOf(namespace)}/b/status`, { status: { used: null } });
      await new Promise((resolve) => setTimeout(resolve, 100));
      return [rejected, await api.post(podsOf(namespace), pod('p')), await api.get(`${quotasOf(namespace)}/a`)];
    },
  },
]);
