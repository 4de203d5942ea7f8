import type { Answer, Api, Body } from '../api.ts';
import { casesOf } from '../case.ts';
import { BATCH, BATCH_STATUS, CONTAINERS, EVENTS, JOBS, PODS, SELECTED } from './table-objects.ts';

const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json';

/** Of a table: what kubectl prints. Ages differ. */
function seen(answer: Answer): unknown {
  return { status: answer.status, ...withoutAges(answer.body) };
}

interface Table extends Body {
  readonly columnDefinitions: readonly { readonly name: string; readonly description: string }[] | null;
  readonly rows: readonly { readonly cells: readonly unknown[]; readonly object: unknown }[];
}

const AGES = new Set(['Age', 'Created At', 'Last Seen', 'First Seen']);

function withoutAges(body: Body): object {
  const { columnDefinitions, rows, ...rest } = body as Table;
  const ages = new Set((columnDefinitions ?? []).flatMap(({ name }, index) => (AGES.has(name) ? [index] : [])));
  return {
    ...rest,
    columnDefinitions: (columnDefinitions ?? []).map(({ description: _description, ...column }) => column),
    rows: rows.map(({ cells, ...row }) => ({ ...row, cells: cells.map((cell, index) => (ages.has(index) ? '<age>' : cell)) })),
  };
}

/** Creates an object, perhaps with a status, and shows it in the table of its collection. */
async function shown(api: Api, path: string, { object, status }: { object: object; status?: object }): Promise<unknown> {
  const { body } = await api.post(path, object);
  if (status !== undefined) await api.merge(`${path}/${body.metadata.name}/status`, { status });
  // In tables, the metadata of DaemonSets differ slightly: the server shows them in its internal version.
  return seen(await api.get(`${path}?includeObject=None&fieldSelector=metadata.name%3D${body.metadata.name}`, TABLE));
}

export const tables = casesOf([
  ...Object.entries(PODS).map(([what, { spec, status }]) => ({
    name: `The table of a Pod that ${what}.`,
    run: (api: Api, namespace: string) =>
      shown(api, `/api/v1/namespaces/${namespace}/pods`, {
        object: { metadata: { name: 'p' }, spec: { containers: CONTAINERS, ...spec } },
        status,
      }),
  })),
  ...Object.entries(JOBS).map(([what, { spec, status }]) => ({
    name: `The table of a Job that ${what}.`,
    run: (api: Api, namespace: string) =>
      shown(api, `/apis/batch/v1/namespaces/${namespace}/jobs`, {
        object: {
          metadata: { name: 'j' },
          spec: { ...spec, template: { spec: { restartPolicy: 'Never', containers: CONTAINERS } } },
        },
        ...(status === undefined ? {} : { status }),
      }).then(withoutDuration),
  })),
  ...['daemonsets', 'deployments', 'replicasets'].map((plural) => ({
    name: `The table of ${plural}.`,
    run: (api: Api, namespace: string) =>
      shown(api, `/apis/apps/v1/namespaces/${namespace}/${plural}`, {
        object: { metadata: { name: 'x' }, spec: SELECTED },
        status:
          plural !== 'daemonsets'
            ? { replicas: 2, readyReplicas: 1, availableReplicas: 1, ...(plural === 'deployments' ? { updatedReplicas: 2 } : {}) }
            : {
                desiredNumberScheduled: 3,
                currentNumberScheduled: 2,
                numberReady: 1,
                updatedNumberScheduled: 2,
                numberMisscheduled: 0,
              },
      }),
  })),
  ...Object.entries(EVENTS).map(([what, event]) => ({
    name: `The table of an Event that is ${what}, in both groups.`,
    run: async (api: Api, namespace: string) => {
      const core = `/api/v1/namespaces/${namespace}/events`;
      const object = { metadata: { name: 'e' }, reason: 'R', type: 'Normal', ...event };
      await api.post(core, { ...object, involvedObject: { namespace, ...(event as { involvedObject: object }).involvedObject } });
      return [
        seen(await api.get(core, TABLE)),
        seen(await api.get(`/apis/events.k8s.io/v1/namespaces/${namespace}/events`, TABLE)),
      ];
    },
  })),
  {
    name: 'The table of a Node.',
    run: (api, namespace) =>
      shown(api, '/api/v1/nodes', {
        object: {
          metadata: {
            name: namespace,
            labels: { 'node-role.kubernetes.io/worker': '', 'node-role.kubernetes.io/a': '', 'kubernetes.io/role': 'z' },
          },
          spec: { unschedulable: true },
        },
        status: {
          conditions: [{ type: 'Ready', status: 'False' }],
          addresses: [{ type: 'InternalIP', address: '10.0.0.1' }],
          nodeInfo: { kubeletVersion: 'v1.37.0', kernelVersion: '6.1', architecture: 'amd64', osImage: 'Debian' },
        },
      }),
  },
  {
    name: 'The table of a Node that has said nothing.',
    run: (api, namespace) => shown(api, '/api/v1/nodes', { object: { metadata: { name: namespace } } }),
  },
  {
    name: 'The table of a Lease, and of a Lease without a holder.',
    run: async (api, namespace) => {
      const path = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;
      await api.post(path, { metadata: { name: 'a' }, spec: { holderIdentity: 'me' } });
      await api.post(path, { metadata: { name: 'b' } });
      return seen(await api.get(path, TABLE));
    },
  },
  {
    name: 'The table of ConfigMaps and of Secrets counts their keys.',
    run: async (api, namespace) => {
      const path = `/api/v1/namespaces/${namespace}`;
      await api.post(`${path}/configmaps`, { metadata: { name: 'a' }, data: { x: '1' }, binaryData: { y: 'dg==' } });
      await api.post(`${path}/secrets`, { metadata: { name: 'a' }, data: { x: 'dg==' } });
      return [
        seen(await api.get(`${path}/configmaps?fieldSelector=metadata.name%3Da`, TABLE)),
        seen(await api.get(`${path}/secrets`, TABLE)),
      ];
    },
  },
  {
    name: 'The table of a namespace, of service accounts and of roles.',
    run: async (api, namespace) => {
      const roles = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`;
      await api.post(`${roles}/roles`, { metadata: { name: 'r' }, rules: [] });
      const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'r' };
      const subjects = [
        { kind: 'ServiceAccount', name: 'a', namespace: 'n' },
        { kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'u' },
        { kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'v' },
      ];
      await api.post(`${roles}/rolebindings`, { metadata: { name: 'b' }, roleRef, subjects });
      await api.post(`/api/v1/namespaces/${namespace}/serviceaccounts`, { metadata: { name: 's' } });
      return [
        seen(await api.get(`/api/v1/namespaces/${namespace}`, TABLE)),
        seen(await api.get(`/api/v1/namespaces/${namespace}/serviceaccounts`, TABLE)),
        seen(await api.get(`${roles}/roles`, TABLE)),
        seen(await api.get(`${roles}/rolebindings`, TABLE)),
      ];
    },
  },
  {
    name: 'The table of PodDisruptionBudgets.',
    run: async (api, namespace) => {
      const path = `/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets`;
      await api.post(path, { metadata: { name: 'a' }, spec: { minAvailable: 1 } });
      await api.post(path, { metadata: { name: 'b' }, spec: { maxUnavailable: '30%' } });
      return seen(await api.get(path, TABLE));
    },
  },
  {
    name: 'The table of ResourceQuotas.',
    run: async (api, namespace) => {
      const path = `/api/v1/namespaces/${namespace}/resourcequotas`;
      const hard = { pods: '5', 'requests.cpu': '1', 'limits.cpu': '2', 'limits.memory': '1Gi' };
      await api.post(path, { metadata: { name: 'q' }, spec: { hard } });
      await api.merge(`${path}/q/status`, { status: { hard, used: { pods: '1', 'limits.cpu': '500m' } } });
      return seen(await api.get(`${path}?includeObject=None`, TABLE));
    },
  },
  {
    name: 'The table of ControllerRevisions.',
    run: (api, namespace) =>
      shown(api, `/apis/apps/v1/namespaces/${namespace}/controllerrevisions`, {
        object: {
          metadata: {
            name: 'r',
            ownerReferences: [{ apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'd', uid: 'u', controller: true }],
          },
          revision: 3,
          data: { spec: {} },
        },
      }),
  },
  {
    name: 'The table of a custom resource without columns has its age.',
    run: (api, namespace) =>
      shown(api, `/apis/test.baton.dev/v1/namespaces/${namespace}/gadgets`, {
        object: { apiVersion: 'test.baton.dev/v1', kind: 'Gadget', metadata: { name: 'g' } },
      }),
  },
  {
    name: 'The table of batches has the columns of their CRD.',
    run: async (api, namespace) => {
      const path = `/apis/baton.dev/v1alpha1/namespaces/${namespace}/upgradebatches`;
      const { status } = await api.post(path, BATCH);
      await api.merge(`${path}/b/status`, { status: BATCH_STATUS });
      return [status, seen(await api.get(path, TABLE))];
    },
  },
  {
    name: 'A table comes in pages, and names the version of the list.',
    run: async (api, namespace) => {
      const path = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;
      for (const name of ['a', 'b', 'c']) await api.post(path, { metadata: { name } });
      const first = await api.get(`${path}?limit=2`, TABLE);
      return [seen(first), seen(await api.get(`${path}?limit=2&continue=${first.body.metadata.continue}`, TABLE))];
    },
  },
  {
    name: 'A table of one object, with as much of it as is asked for.',
    run: async (api, namespace) => {
      const path = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;
      await api.post(path, { metadata: { name: 'a' }, spec: { holderIdentity: 'me' } });
      const include = ['', 'Metadata', 'Object', 'None', 'All'];
      const answers = await Promise.all(include.map((each) => api.get(`${path}/a?includeObject=${each}`, TABLE)));
      const list = await api.get(`${path}?includeObject=Object`, TABLE);
      return [...answers, list].map((answer) => (answer.status === 200 ? seen(answer) : answer));
    },
  },
  {
    name: 'A watch in tables names the columns once.',
    run: async (api, namespace) => {
      const path = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;
      await api.post(path, { metadata: { name: 'a' } });
      const events = await api.watch(`${path}?watch=true`, {
        events: 2,
        accept: TABLE,
        meanwhile: () => api.merge(`${path}/a`, { spec: { holderIdentity: 'me' } }),
      });
      return events.map(({ type, object }) => ({
        type,
        cells: (object as Table).rows.map(({ cells }) => cells.slice(0, 2)),
        columns: ((object as Table).columnDefinitions ?? []).length,
      }));
    },
  },
  {
    name: 'What is not there is a Status, not a table.',
    run: (api, namespace) => api.get(`/api/v1/namespaces/${namespace}/configmaps/none`, TABLE),
  },
  {
    name: 'An answer in an unknown format is not acceptable.',
    run: async (api, namespace) => {
      const { status, body } = await api.get(`/api/v1/namespaces/${namespace}`, 'image/png');
      return { status, reason: body.reason };
    },
  },
  {
    name: 'One object is read by its path, not watched.',
    run: (api, namespace) => api.get(`/api/v1/namespaces/${namespace}?watch=true`),
  },
]);

/** The duration of a Job that has not ended. */
function withoutDuration(table: unknown): unknown {
  const { rows, ...rest } = table as Table;
  return {
    ...rest,
    rows: rows.map((row) => ({
      ...row,
      cells: row.cells.map((cell, index) => (index === 3 && cell !== '7m30s' && cell !== '' ? '<duration>' : cell)),
    })),
  };
}
