import type { Api } from '../api.ts';
import { waitFor } from '../../cluster/wait-for.ts';
import type { PlaneCase } from './case.ts';
import { Kubelet } from './kubelet.ts';
import { TOLERATES_SUITE } from './nodes.ts';
import { conditionTexts, eventTexts, has, listItems, read, settle, until, type Item } from './objects.ts';

const CONTAINERS = [{ name: 'c', image: 'busybox' }];

function pinned(...values: readonly string[]): object {
  // A field takes one value.
  const terms = values.map((value) => ({ matchFields: [{ key: 'metadata.name', operator: 'In', values: [value] }] }));
  return { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } } } };
}

function asking(cpu: string): object {
  return { containers: [{ name: 'c', image: 'busybox', resources: { requests: { cpu } } }] };
}

const APART = {
  podAntiAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: [
      { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'apart' } } },
    ],
  },
};

interface PodScript {
  readonly name: string;
  readonly spec: object;
  readonly labels?: object;
  /** Pods that are scheduled before. */
  readonly before?: readonly object[];
}

/** Where the scheduler puts a pod, or why nowhere. */
function podCase({ name, spec, labels = {}, before = [] }: PodScript): PlaneCase {
  return {
    name,
    run: async (api, namespace) => {
      const pods = `/api/v1/namespaces/${namespace}/pods`;
      for (const [index, other] of before.entries()) {
        await api.post(pods, { metadata: { name: `before-${index}`, labels }, spec: { containers: CONTAINERS, ...other } });
        await until(api, `${pods}/before-${index}`, (pod) => pod?.spec.nodeName !== undefined);
      }
      await api.post(pods, { metadata: { name: 'p', labels }, spec: { containers: CONTAINERS, ...spec } });
      const pod = await until(api, `${pods}/p`, (item) => item?.status.conditions !== undefined);
      await settle();
      return { node: pod?.spec.nodeName, conditions: conditionTexts(pod), events: await eventTexts(api, namespace, 'p') };
    },
  };
}

const SCHEDULING: readonly PlaneCase[] = [
  podCase({ name: 'A pod is pinned to a node by name.', spec: { ...pinned('large'), tolerations: [TOLERATES_SUITE] } }),
  podCase({ name: 'A pod is pinned to a cordoned node.', spec: { ...pinned('cordoned'), tolerations: [TOLERATES_SUITE] } }),
  podCase({ name: 'A pod is pinned to a node with a taint.', spec: { ...pinned('tainted'), tolerations: [TOLERATES_SUITE] } }),
  podCase({ name: 'A pod is pinned to a node that does not exist.', spec: pinned('none') }),
  podCase({
    name: 'A pod is pinned to two nodes, and neither takes it.',
    spec: { ...pinned('cordoned', 'small'), ...asking('2'), tolerations: [TOLERATES_SUITE] },
  }),
  podCase({
    name: 'A pod is pinned to a node where it has no room.',
    spec: { ...pinned('small'), ...asking('2'), tolerations: [TOLERATES_SUITE] },
  }),
  podCase({ name: 'A pod tolerates no node.', spec: {} }),
  podCase({
    name: 'A pod selects a label that no node has.',
    spec: { nodeSelector: { disk: 'none' }, tolerations: [TOLERATES_SUITE] },
  }),
  podCase({ name: 'A pod has one node left.', spec: { nodeSelector: { disk: 'ssd' }, tolerations: [TOLERATES_SUITE] } }),
  podCase({ name: 'A pod asks for more than any node has.', spec: { ...asking('64'), tolerations: [{ operator: 'Exists' }] } }),
  podCase({
    name: 'A pod stays away from another one.',
    labels: { app: 'apart' },
    before: [{ ...pinned('large'), tolerations: [TOLERATES_SUITE] }],
    spec: { affinity: { ...(pinned('large') as { affinity: object }).affinity, ...APART }, tolerations: [TOLERATES_SUITE] },
  }),
  podCase({
    name: 'A pod stays away from one that stays away from it.',
    labels: { app: 'apart' },
    before: [{ affinity: { ...(pinned('small') as { affinity: object }).affinity, ...APART }, tolerations: [TOLERATES_SUITE] }],
    spec: { ...pinned('small'), tolerations: [TOLERATES_SUITE] },
  }),
];

/** Plays the kubelets of the nodes of the suite: pods run once so many are bound. */
async function runBound(api: Api, namespace: string, count: number): Promise<void> {
  const kubelet = new Kubelet(api, namespace);
  const bound = async (): Promise<boolean> =>
    (await kubelet.pods()).filter(({ spec }) => spec.nodeName !== undefined).length >= count;
  await waitFor(bound, { what: `${count} bound pods`, timeoutMs: 25_000, intervalMs: 100 });
  for (const { metadata, spec, status } of await kubelet.pods()) {
    if (spec.nodeName === undefined || status.phase !== 'Pending') continue;
    const lastTransitionTime = `${new Date().toISOString().slice(0, 19)}Z`;
    await kubelet.set(metadata.name, { phase: 'Running', conditions: [{ type: 'Ready', status: 'True', lastTransitionTime }] });
  }
}

const TEMPLATE = { metadata: { labels: { app: 'a' } }, spec: { containers: CONTAINERS, tolerations: [TOLERATES_SUITE] } };
const SELECTOR = { matchLabels: { app: 'a' } };

function daemonPod({ metadata, spec }: Item): unknown {
  const { labels, ownerReferences } = metadata;
  const { nodeName, tolerations, affinity } = spec as { nodeName?: string; tolerations?: unknown; affinity?: unknown };
  return { labels: Object.keys(labels ?? {}).sort(), ownerReferences, nodeName, tolerations, affinity };
}

const DAEMON_SETS: readonly PlaneCase[] = [
  {
    name: 'A DaemonSet runs on the nodes that it tolerates, and follows its template.',
    run: async (api, namespace) => {
      const path = `/apis/apps/v1/namespaces/${namespace}/daemonsets`;
      const updateStrategy = { type: 'OnDelete' };
      await api.post(path, { metadata: { name: 'd' }, spec: { selector: SELECTOR, template: TEMPLATE, updateStrategy } });
      await runBound(api, namespace, 3);
      await settle();
      const first = (await read(api, `${path}/d`))?.status;
      const pods = await listItems(api, `/api/v1/namespaces/${namespace}/pods`);
      await api.merge(`${path}/d`, { spec: { template: { metadata: { annotations: { x: 'y' } } } } });
      await settle();
      const second = (await read(api, `${path}/d`))?.status;
      const [pod] = pods;
      await api.delete(`/api/v1/namespaces/${namespace}/pods/${pod?.metadata.name ?? ''}`, { gracePeriodSeconds: 0 });
      await settle();
      await runBound(api, namespace, 3);
      await settle();
      const revisions = await listItems(api, `/apis/apps/v1/namespaces/${namespace}/controllerrevisions`);
      const placed = pods.map(daemonPod).sort((left, right) => (JSON.stringify(left) < JSON.stringify(right) ? -1 : 1));
      return {
        first,
        pods: placed,
        second,
        third: (await read(api, `${path}/d`))?.status,
        revisions: revisions.map((revision) => (revision as unknown as { revision: number }).revision).sort(),
        events: await eventTexts(api, namespace, 'd'),
      };
    },
  },
  {
    name: 'A DaemonSet selects nodes by a label.',
    run: async (api, namespace) => {
      const path = `/apis/apps/v1/namespaces/${namespace}/daemonsets`;
      const template = { ...TEMPLATE, spec: { ...TEMPLATE.spec, nodeSelector: { [namespace]: 'x' } } };
      await api.post(path, { metadata: { name: 'd' }, spec: { selector: SELECTOR, template } });
      await api.merge('/api/v1/nodes/large', { metadata: { labels: { [namespace]: 'x' } } });
      await api.merge('/api/v1/nodes/tainted', { metadata: { labels: { [namespace]: 'x' } } });
      await runBound(api, namespace, 1);
      await settle();
      const first = (await read(api, `${path}/d`))?.status;
      await api.merge('/api/v1/nodes/large', { metadata: { labels: { [namespace]: null } } });
      await settle();
      const pods = await listItems(api, `/api/v1/namespaces/${namespace}/pods`);
      return {
        first,
        second: (await read(api, `${path}/d`))?.status,
        pods: pods.map(({ metadata, spec }) => ({ node: spec.nodeName, deleting: metadata.deletionTimestamp !== undefined })),
      };
    },
  },
];

function budgetCase(name: string, budget: object): PlaneCase {
  return {
    name,
    run: async (api, namespace) => {
      const sets = `/apis/apps/v1/namespaces/${namespace}/replicasets`;
      await api.post(sets, { metadata: { name: 'r' }, spec: { replicas: 3, selector: SELECTOR, template: TEMPLATE } });
      const budgets = `/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets`;
      await api.post(budgets, { metadata: { name: 'b' }, spec: { selector: SELECTOR, ...budget } });
      await runBound(api, namespace, 3);
      await settle();
      const before = (await read(api, `${budgets}/b`))?.status;
      const pods = await listItems(api, `/api/v1/namespaces/${namespace}/pods`);
      const name = pods[0]?.metadata.name ?? '';
      const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name } };
      const evicted = (await api.post(`/api/v1/namespaces/${namespace}/pods/${name}/eviction`, eviction)).status;
      await settle();
      return { before, evicted, after: (await read(api, `${budgets}/b`))?.status, set: (await read(api, `${sets}/r`))?.status };
    },
  };
}

const BUDGETS: readonly PlaneCase[] = [
  budgetCase('A budget of pods that stay.', { minAvailable: 2 }),
  budgetCase('A budget of a share that stays.', { minAvailable: '50%' }),
  budgetCase('A budget of pods that may go.', { maxUnavailable: 1 }),
  budgetCase('A budget of a share that may go.', { maxUnavailable: '34%' }),
  budgetCase('A budget that allows nothing.', { maxUnavailable: 0 }),
];

const GARBAGE: readonly PlaneCase[] = [
  {
    name: 'Owned objects go in the background, in the foreground, or stay.',
    run: async (api, namespace) => {
      const maps = `/api/v1/namespaces/${namespace}/configmaps`;
      for (const propagationPolicy of ['Background', 'Foreground', 'Orphan']) {
        const name = propagationPolicy.toLowerCase();
        const { body } = await api.post(maps, { metadata: { name } });
        const owner = { apiVersion: 'v1', kind: 'ConfigMap', name, uid: body.metadata.uid, blockOwnerDeletion: true };
        await api.post(maps, { metadata: { name: `${name}-owned`, ownerReferences: [owner] } });
        await settle();
        await api.delete(`${maps}/${name}`, { propagationPolicy });
      }
      await until(api, `${maps}/foreground`, (item) => item === undefined);
      await settle();
      const left = await listItems(api, maps);
      return left.filter(({ metadata }) => metadata.name !== 'kube-root-ca.crt').map(({ metadata }) => metadata);
    },
  },
  {
    name: 'A namespace waits for the finalizers of what is in it.',
    run: async (api, namespace) => {
      const inner = `${namespace}-inner`;
      await api.post('/api/v1/namespaces', { metadata: { name: inner } });
      const maps = `/api/v1/namespaces/${inner}/configmaps`;
      await api.post(maps, { metadata: { name: 'kept', finalizers: ['example.com/x'] } });
      await api.delete(`/api/v1/namespaces/${inner}`);
      const waiting = await until(api, `/api/v1/namespaces/${inner}`, (item) => has(item, 'NamespaceFinalizersRemaining'));
      const refused = await api.post(maps, { metadata: { name: 'new' } });
      await api.merge(`${maps}/kept`, { metadata: { finalizers: null } });
      const gone = await until(api, `/api/v1/namespaces/${inner}`, (item) => item === undefined);
      return { waiting: waiting?.status, refused: refused.status, gone: gone === undefined };
    },
  },
];

const NODE_TAINTS: PlaneCase = {
  name: 'A node gets the taints of its conditions and of its cordon.',
  run: async (api, namespace) => {
    const path = `/api/v1/nodes/${namespace}`;
    const taints = { taints: [{ key: 'suite', effect: 'NoSchedule' }] };
    await api.post('/api/v1/nodes', { metadata: { name: namespace }, spec: taints });
    await settle();
    const seen: unknown[] = [];
    const condition = async (...conditions: readonly object[]): Promise<void> => {
      const lastHeartbeatTime = new Date().toISOString().replace(/\.\d+/, '');
      const timed = conditions.map((each) => ({ ...each, lastHeartbeatTime, lastTransitionTime: lastHeartbeatTime }));
      await api.merge(`${path}/status`, { status: { conditions: timed } });
      await settle();
      await settle();
      await settle();
      seen.push((await read(api, path))?.spec);
    };
    await condition({ type: 'Ready', status: 'False' });
    await condition({ type: 'Ready', status: 'True' }, { type: 'DiskPressure', status: 'True' });
    await api.merge(path, { spec: { unschedulable: true } });
    await settle();
    seen.push((await read(api, path))?.spec);
    await api.merge(path, { spec: { unschedulable: false } });
    await settle();
    seen.push((await read(api, path))?.spec);
    await api.delete(path);
    return seen;
  },
};

/** These run at the same time. */
export const clusterCases: readonly PlaneCase[] = [...SCHEDULING, ...DAEMON_SETS, ...BUDGETS, ...GARBAGE];

/** These change the number of nodes, which messages of the scheduler name, and run after the others. */
export const nodeCases: readonly PlaneCase[] = [NODE_TAINTS];
