import { parseAllDocuments } from 'yaml';
import type { Log } from '../../api/log.ts';
import type { Json } from '../../core/json.ts';
import type { SetTimer } from '../../kube/pause.ts';
import { BUILTIN_TYPES } from './resources/builtin-types.ts';
import { customTypes } from './resources/custom-types.ts';
import { ResourceTypes } from './resources/resource-type.ts';
import type { Admit, ApiRequest, ApiResponse, ServerContext } from './rest/exchange.ts';
import { handle } from './rest/handle.ts';
import { admit as admitObject } from './schema/admit.ts';
import { readDefinitions } from './schema/definition.ts';
import { Store } from './store/store.ts';

/** What an API server is made from. */
export interface ApiServerOptions {
  /** CustomResourceDefinitions, as YAML. */
  readonly definitions: readonly string[];
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly random: () => number;
  readonly setTimer: SetTimer;
  readonly log: Log;
  /** Completes and validates custom resources; by default as the definitions say. */
  readonly admit?: Admit;
}

/** A Kubernetes API server in memory, at the level of HTTP exchanges. Whoever calls it is the cluster's administrator. */
export interface ApiServer {
  handle(request: ApiRequest): ApiResponse;
  /** Forgets the past: watches from earlier versions, and lists that go on, are answered with 410. */
  compact(): void;
}

const NAMESPACES = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];

/** Starts a server with the namespaces that every cluster has. */
export function createApiServer({ definitions, ...options }: ApiServerOptions): ApiServer {
  const crds = definitions.flatMap((text) => parseAllDocuments(text)).map((document) => document.toJS() as Json);
  const { admit = admitBySchema(crds), ...ports } = options;
  const context: ServerContext = { store: new Store(), types: new ResourceTypes(), admit, ...ports };
  const { store, types } = context;
  for (const type of BUILTIN_TYPES) types.add(type);
  for (const name of NAMESPACES) createNamespace(name, context);
  for (const crd of crds) {
    for (const type of customTypes(crd)) {
      types.add(type);
      store.startLog(type.storage);
    }
  }
  return {
    handle: (request) => handle(request, context),
    compact: () => {
      store.compact(store.version);
    },
  };
}

function createNamespace(name: string, context: ServerContext): void {
  const body = JSON.stringify({ metadata: { name } });
  handle({ method: 'POST', path: '/api/v1/namespaces', query: new URLSearchParams(), headers: {}, body }, context);
}

function admitBySchema(crds: readonly Json[]): Admit {
  const definitions = crds.flatMap(readDefinitions);
  return ({ group, version, plural }, request) => {
    const definition = definitions.find((each) => each.group === group && each.version === version && each.plural === plural);
    if (definition === undefined) throw new Error(`there is no definition of ${plural}.${group} in ${version}`);
    return admitObject(definition, request);
  };
}
