import type { Log } from '../../api/log.ts';
import { asObject, asText, type Json } from '../../core/json.ts';
import type { SetTimer } from '../../kube/pause.ts';
import { Rbac } from './access/rbac.ts';
import { readDocuments } from './read-documents.ts';
import { BUILTIN_TYPES } from './resources/builtin-types.ts';
import { customTypes } from './resources/custom-types.ts';
import { ResourceTypes } from './resources/resource-type.ts';
import type { Admit, ApiRequest, ApiResponse, LogSource, Mutate, ServerContext } from './rest/exchange.ts';
import { handle } from './rest/handle.ts';
import { admit as admitObject } from './schema/admit.ts';
import { readDefinitions } from './schema/definition.ts';
import { Store } from './store/store.ts';

/** What an API server is made from. */
export interface ApiServerOptions {
  /** CustomResourceDefinitions, as YAML. */
  readonly definitions: readonly string[];
  /** Roles and their bindings, as YAML; objects of other kinds in it are skipped. */
  readonly roles?: readonly string[];
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly random: () => number;
  readonly setTimer: SetTimer;
  readonly log: Log;
  /** Completes and validates custom resources; by default as the definitions say. */
  readonly admit?: Admit;
  /** What mutating webhooks make of an object that is to be created, also in a dry run. */
  readonly mutate?: Mutate;
  /** Without it, logs are answered with 501. */
  readonly logs?: LogSource;
}

/**
 * A Kubernetes API server in memory, at the level of HTTP exchanges. Callers are the cluster's administrator unless they impersonate
 * somebody else: see access/caller.ts.
 */
export interface ApiServer {
  handle(request: ApiRequest): ApiResponse;
  /** The resourceVersion of the latest change. */
  readonly version: number;
  /** Forgets the past up to a version, by default the latest: watches from earlier versions, and lists that go on, are answered with 410. */
  compact(version?: number): void;
}

const NAMESPACES = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];

/** Starts a server with the namespaces that every cluster has. */
export function createApiServer({ definitions, roles = [], ...options }: ApiServerOptions): ApiServer {
  const crds = readDocuments(definitions);
  const { admit = admitBySchema(crds), ...ports } = options;
  const store = new Store();
  const context: ServerContext = { store, types: new ResourceTypes(), rbac: new Rbac(store), admit, ...ports };
  const { types } = context;
  for (const type of BUILTIN_TYPES) types.add(type);
  for (const name of NAMESPACES) createNamespace(name, context);
  for (const crd of crds) {
    for (const type of customTypes(crd)) {
      types.add(type);
      store.startLog(type.storage);
    }
  }
  for (const role of readDocuments(roles).filter(isRole)) createRole(role, context);
  return {
    handle: (request) => handle(request, context),
    get version() {
      return store.version;
    },
    compact: (version = store.version) => {
      store.compact(version);
    },
  };
}

function isRole({ apiVersion }: Json): boolean {
  return apiVersion === 'rbac.authorization.k8s.io/v1';
}

function createNamespace(name: string, context: ServerContext): void {
  create('/api/v1/namespaces', { metadata: { name } }, context);
}

// The namespaces of the chart need not exist yet.
function createRole(role: Json, context: ServerContext): void {
  const { namespace } = asObject(role['metadata']);
  if (typeof namespace === 'string' && context.store.get('namespaces', namespace) === undefined)
    createNamespace(namespace, context);
  const place = typeof namespace === 'string' ? `/namespaces/${namespace}` : '';
  create(`/apis/rbac.authorization.k8s.io/v1${place}/${asText(role['kind']).toLowerCase()}s`, role, context);
}

function create(path: string, object: object, context: ServerContext): void {
  const body = JSON.stringify(object);
  const answer = handle({ method: 'POST', path, query: new URLSearchParams(), headers: {}, body }, context);
  if (answer.status !== 201) throw new Error(`POST ${path}: ${'body' in answer ? answer.body : answer.status}`);
}

function admitBySchema(crds: readonly Json[]): Admit {
  const definitions = crds.flatMap(readDefinitions);
  return ({ group, version, plural }, request) => {
    const definition = definitions.find((each) => each.group === group && each.version === version && each.plural === plural);
    if (definition === undefined) throw new Error(`there is no definition of ${plural}.${group} in ${version}`);
    return admitObject(definition, request);
  };
}
