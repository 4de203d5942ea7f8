import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Agent, request } from 'undici';
import { parseAllDocuments } from 'yaml';
import type { Log } from '../../src/api/log.ts';
import { createApiServer, type ApiServer } from '../../src/simulator/api-server/create-api-server.ts';
import { ApiServerDispatcher, directTransport } from '../../src/simulator/api-server/dispatcher.ts';
import { RecordingLog } from '../adapter/kube/support/recording-log.ts';
import { keyPair } from '../cluster/certificates.ts';
import { startCluster, type Cluster } from '../cluster/cluster.ts';
import { readState } from '../cluster/state.ts';
import { waitFor } from '../cluster/wait-for.ts';
import { applyCrds } from '../support/crds.ts';
import { createApi, type Api } from './api.ts';

/** A server that the suite runs on. */
export interface ConformanceServer {
  readonly api: Api;
  /** Forgets all versions but the present one. */
  readonly forget: () => Promise<void>;
  readonly close: () => Promise<void>;
}

const CRDS = fileURLToPath(new URL('../../crds/', import.meta.url));
const BATON = readdirSync(CRDS).map((file) => `${CRDS}${file}`);
const DEPLOY = fileURLToPath(new URL('../../deploy/', import.meta.url));
const ROLES = readFileSync(`${DEPLOY}base/baton.yaml`, 'utf8');
const STAMP = `${DEPLOY}kubernetes-1.36/stamp-requested-by.yaml`;
const GADGETS = fileURLToPath(new URL('gadgets.yaml', import.meta.url));

/** The server in memory, in real time. */
export function createEmbedded(log: Log): ApiServer {
  return createApiServer({
    definitions: [GADGETS, ...BATON].map((path) => readFileSync(path, 'utf8')),
    roles: [ROLES],
    now: Date.now,
    random: Math.random,
    setTimer: (milliseconds, run) => {
      const timer = setTimeout(run, milliseconds);
      return () => {
        clearTimeout(timer);
      };
    },
    log,
  });
}

/** The server in memory, without a socket. */
export function startEmbedded(): Promise<ConformanceServer> {
  const server = createEmbedded(new RecordingLog());
  const dispatcher = new ApiServerDispatcher(directTransport(server));
  return Promise.resolve({
    api: createApi('http://embedded.invalid', dispatcher),
    forget: () => {
      server.compact();
      return Promise.resolve();
    },
    close: () => dispatcher.close(),
  });
}

/** A real API server. */
export interface RealServer extends ConformanceServer {
  readonly cluster: Cluster;
  /** The certificate of its authority. */
  readonly ca: Buffer;
}

/** A real kube-apiserver with etcd, and nothing else. */
export async function startReal(name = 'conformance'): Promise<RealServer> {
  const cluster = await startCluster({ name, controlPlaneOnly: true });
  const [authority, admin] = [keyPair(cluster.name, 'ca'), keyPair(cluster.name, 'admin')];
  const ca = readFileSync(authority.certificate);
  const [cert, key] = [admin.certificate, admin.key].map((path) => readFileSync(path));
  const agent = new Agent({ connect: { ca, cert, key } });
  const api = createApi(cluster.server, agent);
  await applyCrds(cluster);
  const applied = await cluster.kubectl(['apply', '-f', GADGETS]);
  if (applied.code !== 0) throw new Error(`kubectl apply of ${GADGETS}: ${applied.stderr}`);
  const served = async (): Promise<boolean> => (await api.get('/apis/test.baton.dev/v1/gadgets')).status === 200;
  await waitFor(served, { what: 'the gadgets to be served', timeoutMs: 30_000 });
  for (const role of parseAllDocuments(ROLES).map((document) => document.toJS() as Manifest)) await createRole(api, role);
  await stampActions(cluster, api);
  // A CRD's storage opens its watch a moment after its first list.
  await wait(1000);
  return {
    api,
    cluster,
    ca,
    forget: async () => {
      await compactEtcd(name);
      // Its cache would still know the past.
      await cluster.killApiServer();
      await cluster.startApiServer();
    },
    close: async () => {
      await agent.destroy();
      await cluster.stop();
    },
  };
}

/** Lets etcd forget all revisions but the present one, through its JSON gateway. */
async function compactEtcd(cluster: string): Promise<void> {
  const gateway = `http://127.0.0.1:${readState(cluster)?.etcdPort}/v3/kv`;
  const { header } = (await post(`${gateway}/range`, { key: Buffer.from('/').toString('base64') })) as {
    readonly header: { readonly revision: string };
  };
  await post(`${gateway}/compaction`, { revision: header.revision, physical: true });
}

async function post(url: string, body: unknown): Promise<unknown> {
  const response = await request(url, { method: 'POST', body: JSON.stringify(body) });
  if (response.statusCode !== 200) throw new Error(`POST ${url}: ${response.statusCode} ${await response.body.text()}`);
  return response.body.json();
}

/** A manifest, as far as this file looks into it. */
interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly namespace?: string };
}

const RBAC = 'rbac.authorization.k8s.io/v1';

/** Creates the manifest if it is a Role or a binding, and its namespace. */
async function createRole(api: Api, role: Manifest): Promise<void> {
  if (role.apiVersion !== RBAC) return;
  const { namespace } = role.metadata;
  if (namespace !== undefined) await api.post('/api/v1/namespaces', { metadata: { name: namespace } });
  const place = namespace === undefined ? '' : `/namespaces/${namespace}`;
  const { status, body } = await api.post(`/apis/${RBAC}${place}/${role.kind.toLowerCase()}s`, role);
  if (status !== 201) throw new Error(`${role.kind}: ${status} ${body.message}`);
}

/** Installs the chart's policy that fills in who asks for an action, and waits until it is in force. */
async function stampActions(cluster: Cluster, api: Api): Promise<void> {
  const applied = await cluster.kubectl(['apply', '-f', STAMP]);
  if (applied.code !== 0) throw new Error(`kubectl apply of ${STAMP}: ${applied.stderr}`);
  const action = {
    ...{ apiVersion: 'baton.dev/v1alpha1', kind: 'UpgradeAction', metadata: { name: 'probe' } },
    spec: { plan: 'p', action: 'Release', nodes: ['n'] },
  };
  const stamped = async (): Promise<boolean> => {
    const { body } = await api.post('/apis/baton.dev/v1alpha1/namespaces/default/upgradeactions?dryRun=All', action);
    return body.spec?.requestedBy !== undefined;
  };
  await waitFor(stamped, { what: 'actions to be stamped', timeoutMs: 30_000 });
}
