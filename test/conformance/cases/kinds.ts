import { casesOf } from '../case.ts';

const GADGET = { apiVersion: 'test.baton.dev/v1', kind: 'Gadget' };

function gadgets(namespace: string): string {
  return `/apis/test.baton.dev/v1/namespaces/${namespace}/gadgets`;
}

const EVENT = {
  metadata: { name: 'e' },
  eventTime: '2026-11-29T16:36:39.000000Z',
  reason: 'Rolled',
  action: 'Roll',
  type: 'Normal',
  note: 'text',
  reportingController: 'baton.dev/operator',
  reportingInstance: 'operator-1',
};

export const kinds = casesOf([
  {
    name: 'A namespace is Active, has a label with its name, and a finalizer in its spec.',
    run: async (api, namespace) => [
      await api.post('/api/v1/namespaces', { metadata: { name: `${namespace}-more` } }),
      await api.get(`/api/v1/namespaces/${namespace}-more`),
    ],
  },
  {
    name: 'A namespace that is being terminated takes nothing new, and ends with its finalizer.',
    run: async (api, namespace) => {
      const path = `/api/v1/namespaces/${namespace}`;
      const deleted = await api.delete(path);
      const rejected = await api.post(`${path}/configmaps`, { metadata: { name: 'late' } });
      const finalized = await api.put(`${path}/finalize`, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
      return [deleted, rejected, finalized, await api.get(path)];
    },
  },
  {
    name: 'A new node is tainted until it is Ready.',
    run: (api, namespace) => api.post('/api/v1/nodes', { metadata: { name: namespace }, spec: { unschedulable: true } }),
  },
  {
    name: 'Status and spec of a node are written separately.',
    run: async (api, namespace) => {
      const path = `/api/v1/nodes/${namespace}`;
      await api.post('/api/v1/nodes', { metadata: { name: namespace } });
      const both = {
        metadata: { labels: { from: 'here' } },
        spec: { unschedulable: true },
        status: { nodeInfo: { bootID: 'b' }, conditions: [{ type: 'Ready', status: 'True' }] },
      };
      return [await api.merge(`${path}/status`, both), await api.merge(path, both), await api.get(`${path}/status`)];
    },
  },
  {
    name: 'Nodes are selected by whether they are cordoned.',
    run: async (api, namespace) => {
      await api.post('/api/v1/nodes', { metadata: { name: namespace }, spec: { unschedulable: true } });
      const mine = `metadata.name%3D${namespace}`;
      const cordoned = await api.get(`/api/v1/nodes?fieldSelector=${mine},spec.unschedulable%3Dtrue`);
      const others = await api.get(`/api/v1/nodes?fieldSelector=${mine},spec.unschedulable%3Dfalse`);
      return [cordoned.body.items.length, others.body.items.length];
    },
  },
  {
    name: 'A custom resource counts changes of its spec, not those of status and metadata.',
    run: async (api, namespace) => {
      const path = `${gadgets(namespace)}/a`;
      return [
        await api.post(gadgets(namespace), { ...GADGET, metadata: { name: 'a' }, spec: { size: 1 }, status: { size: 1 } }),
        await api.merge(path, { spec: { size: 2 } }),
        await api.merge(path, { metadata: { labels: { x: '1' } } }),
        await api.merge(`${path}/status`, { status: { size: 2 } }),
        await api.merge(`${path}/status`, {
          metadata: { labels: { y: '1' }, annotations: { y: '1' } },
          spec: { size: 3 },
          status: { size: 3 },
        }),
        await api.merge(path, { status: { size: 9 } }),
        await api.get(path),
      ];
    },
  },
  {
    name: 'A custom resource has to say what it is.',
    run: (api, namespace) => api.post(gadgets(namespace), { metadata: { name: 'a' } }),
  },
  {
    name: 'An Event is the same object in both groups.',
    run: async (api, namespace) => {
      const event = { ...EVENT, regarding: { kind: 'Pod', name: 'p', namespace } };
      return [
        await api.post(`/apis/events.k8s.io/v1/namespaces/${namespace}/events`, event),
        await api.get(`/api/v1/namespaces/${namespace}/events/e`),
        await api.get(`/apis/events.k8s.io/v1/namespaces/${namespace}/events/e`),
      ];
    },
  },
  {
    name: 'An Event of the core group shows in the other one.',
    run: async (api, namespace) => {
      const involvedObject = { kind: 'Pod', name: 'p', namespace };
      const event = {
        metadata: { name: 'e' },
        involvedObject,
        reason: 'R',
        message: 'm',
        type: 'Warning',
        source: { component: 'kubelet' },
      };
      return [
        await api.post(`/api/v1/namespaces/${namespace}/events`, event),
        await api.get(`/apis/events.k8s.io/v1/namespaces/${namespace}/events/e`),
        await api.get(`/apis/events.k8s.io/v1/namespaces/${namespace}/events`),
      ];
    },
  },
  {
    name: 'Events are selected by what they are about.',
    run: async (api, namespace) => {
      const core = `/api/v1/namespaces/${namespace}/events`;
      const events = `/apis/events.k8s.io/v1/namespaces/${namespace}/events`;
      await api.post(events, { ...EVENT, regarding: { kind: 'Pod', name: 'p', namespace, uid: 'u' } });
      const queries = [
        `${core}?fieldSelector=involvedObject.name%3Dp,involvedObject.kind%3DPod,reason%3DRolled`,
        `${core}?fieldSelector=involvedObject.uid%3Dother`,
        `${core}?fieldSelector=type%3DNormal,reportingComponent%3Dbaton.dev/operator`,
        `${core}?fieldSelector=source%3Dbaton.dev/operator`,
        `${core}?fieldSelector=regarding.name%3Dp`,
        `${events}?fieldSelector=regarding.name%3Dp,regarding.uid%3Du`,
        `${events}?fieldSelector=regarding.name%3Dq`,
        `${events}?fieldSelector=reportingController%3Dbaton.dev/operator`,
        `${events}?fieldSelector=reason%3DRolled,type%3DNormal`,
        `${events}?fieldSelector=involvedObject.name%3Dp`,
      ];
      const answers = await Promise.all(queries.map((query) => api.get(query)));
      return answers.map(({ status, body }) => (status === 200 ? body.items.length : body));
    },
  },
  {
    name: 'A Lease is created, renewed and handed over.',
    run: async (api, namespace) => {
      const leases = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;
      const spec = { holderIdentity: 'a', leaseDurationSeconds: 15, renewTime: '2026-11-29T16:36:39.000000Z' };
      const { body } = await api.post(leases, { metadata: { name: 'l' }, spec });
      const renewed = { ...body, spec: { ...spec, renewTime: '2026-11-29T16:36:49.000000Z' } };
      return [
        body,
        await api.put(`${leases}/l`, renewed),
        await api.put(`${leases}/l`, renewed),
        await api.patch(`${leases}/l`, [
          { op: 'test', path: '/spec/holderIdentity', value: 'a' },
          { op: 'replace', path: '/spec/holderIdentity', value: 'b' },
        ]),
      ];
    },
  },
  {
    name: 'A Secret without a type is Opaque.',
    run: (api, namespace) =>
      api.post(`/api/v1/namespaces/${namespace}/secrets`, { metadata: { name: 's' }, data: { k: 'dg==' } }),
  },
  {
    name: 'A deleted service account is answered with the account.',
    run: async (api, namespace) => {
      const path = `/api/v1/namespaces/${namespace}/serviceaccounts`;
      return [await api.post(path, { metadata: { name: 'a' } }), await api.delete(`${path}/a`)];
    },
  },
]);
