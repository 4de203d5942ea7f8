import { asText } from '../../../core/json.ts';
import { KINDS, type ResourceKind } from '../../../kube/resource-path.ts';
import { BUILTIN_TYPES } from '../../api-server/resources/builtin-types.ts';
import type { ResourceType } from '../../api-server/resources/resource-type.ts';
import type { ClusterClient } from '../cluster-client.ts';
import { ObjectCache, type ObjectIndex } from './object-cache.ts';
import { controllerOf, specOf } from './objects.ts';

const REPLICA_SETS: ResourceKind = { group: 'apps', version: 'v1', plural: 'replicasets', namespaced: true };

/** What the controllers know of the cluster: one watch per resource, shared by all of them. */
export class ClusterState {
  readonly #client: ClusterClient;
  /** All resources of the server, each once, in one of its versions. */
  readonly types: readonly ResourceType[];
  readonly #caches = new Map<string, ObjectCache>();
  readonly pods: ObjectCache;
  readonly nodes: ObjectCache;
  readonly jobs: ObjectCache;
  readonly daemonSets: ObjectCache;
  readonly replicaSets: ObjectCache;
  readonly deployments: ObjectCache;
  readonly controllerRevisions: ObjectCache;
  readonly budgets: ObjectCache;
  readonly namespaces: ObjectCache;
  readonly leases: ObjectCache;
  /** Pods by the name of their node. */
  readonly podsByNode: ObjectIndex;
  /** Pods by the UID of their controller. */
  readonly podsByController: ObjectIndex;

  /** @param custom the resources that CRDs have added. */
  constructor(client: ClusterClient, custom: readonly ResourceType[] = []) {
    this.#client = client;
    const all = [...BUILTIN_TYPES, ...custom];
    this.types = all.filter((type, index) => all.findIndex(({ storage }) => storage === type.storage) === index);
    this.pods = this.of(KINDS.pods);
    this.nodes = this.of(KINDS.nodes);
    this.jobs = this.of(KINDS.jobs);
    this.daemonSets = this.of(KINDS.daemonSets);
    this.replicaSets = this.of(REPLICA_SETS);
    this.deployments = this.of(KINDS.deployments);
    this.controllerRevisions = this.of(KINDS.controllerRevisions);
    this.budgets = this.of(KINDS.podDisruptionBudgets);
    this.namespaces = this.of(KINDS.namespaces);
    this.leases = this.of(KINDS.leases);
    this.podsByNode = this.pods.index((pod) => {
      const node = asText(specOf(pod)['nodeName']);
      return node === '' ? [] : [node];
    });
    this.podsByController = this.pods.index((pod) => {
      const controller = controllerOf(pod);
      return controller === undefined ? [] : [controller.uid];
    });
  }

  /** The cache of a resource, which is started when somebody asks for it first. */
  of(kind: ResourceKind): ObjectCache {
    const key = `${kind.plural}.${kind.group}`;
    const known = this.#caches.get(key);
    if (known !== undefined) return known;
    const cache = new ObjectCache(this.#client, kind);
    this.#caches.set(key, cache);
    return cache;
  }

  stop(): void {
    for (const cache of this.#caches.values()) cache.stop();
  }
}
