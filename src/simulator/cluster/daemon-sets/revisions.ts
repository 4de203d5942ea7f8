import { isDeepStrictEqual } from 'node:util';
import { asNumber, asObject, type Json } from '../../../core/json.ts';
import type { KubeObject } from '../../../kube/kube-object.ts';
import type { ClusterClient } from '../cluster-client.ts';
import type { ClusterState } from '../state/cluster-state.ts';
import type { ObjectIndex } from '../state/object-cache.ts';
import { specOf } from '../state/objects.ts';

/** The label of pods and revisions that names the template. */
export const REVISION_HASH = 'controller-revision-hash';

/** Keeps a ControllerRevision for each template of a DaemonSet, as kube-controller-manager does for rollbacks. */
export class Revisions {
  readonly #client: ClusterClient;
  readonly #state: ClusterState;
  readonly #byOwner: ObjectIndex;

  constructor(client: ClusterClient, state: ClusterState) {
    this.#client = client;
    this.#state = state;
    this.#byOwner = state.controllerRevisions.index(({ metadata }) => (metadata.ownerReferences ?? []).map(({ uid }) => uid));
  }

  /** The hash of the present template, whose revision becomes the newest one; undefined when that cannot be stored. */
  current(daemonSet: KubeObject): string | undefined {
    const all = this.#byOwner.get(daemonSet.metadata.uid ?? '');
    const data = dataOf(daemonSet);
    const found = all.find((revision) => isDeepStrictEqual(revision['data'], data));
    const others = all.filter((revision) => revision !== found);
    const number = Math.max(0, ...others.map(numberOf)) + 1;
    if (found === undefined) return this.#create(daemonSet, data, number);
    if (numberOf(found) < number) {
      this.#client.mergePatch(this.#state.controllerRevisions.pathOf(found), { revision: number });
    }
    return found.metadata.labels?.[REVISION_HASH];
  }

  /** Deletes the oldest revisions beyond `revisionHistoryLimit`, but for those of pods that exist. */
  trim(daemonSet: KubeObject, current: string): void {
    const { uid = '' } = daemonSet.metadata;
    const old = this.#byOwner.get(uid).filter(({ metadata }) => metadata.labels?.[REVISION_HASH] !== current);
    const surplus = old.length - asNumber(specOf(daemonSet)['revisionHistoryLimit']);
    if (surplus <= 0) return;
    const used = new Set(this.#state.podsByController.get(uid).map(({ metadata }) => metadata.labels?.[REVISION_HASH]));
    const unused = old.filter(({ metadata }) => !used.has(metadata.labels?.[REVISION_HASH]));
    const oldestFirst = unused.sort((left, right) => numberOf(left) - numberOf(right));
    for (const revision of oldestFirst.slice(0, surplus)) {
      this.#client.delete(this.#state.controllerRevisions.pathOf(revision));
    }
  }

  #create(daemonSet: KubeObject, data: Json, revision: number): string | undefined {
    const { name = '', namespace = '', uid, annotations } = daemonSet.metadata;
    const hash = hashOf(JSON.stringify(data));
    const labels = asObject(asObject(asObject(specOf(daemonSet)['template'])['metadata'])['labels']);
    const created = this.#client.create(this.#state.controllerRevisions.pathIn(namespace), {
      metadata: {
        name: `${name}-${hash}`,
        namespace,
        labels: { ...labels, [REVISION_HASH]: hash },
        ...(annotations === undefined ? {} : { annotations }),
        ownerReferences: [{ apiVersion: 'apps/v1', kind: 'DaemonSet', name, uid, controller: true, blockOwnerDeletion: true }],
      },
      data,
      revision,
    });
    return created.ok ? hash : undefined;
  }
}

function dataOf(daemonSet: KubeObject): Json {
  return { spec: { template: { ...asObject(specOf(daemonSet)['template']), $patch: 'replace' } } };
}

function numberOf(revision: KubeObject): number {
  return asNumber(revision['revision']);
}

const LETTERS = 'bcdfghjklmnpqrstvwxz2456789';

/** A hash in the letters that Kubernetes uses (FNV-1a of 32 bits). */
export function hashOf(text: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  return Array.from(String(hash), (digit) => LETTERS[digit.charCodeAt(0) % LETTERS.length]).join('');
}
