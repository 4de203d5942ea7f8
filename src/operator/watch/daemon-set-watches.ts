import type { UpgradePlan } from '../../api/generated/upgradeplan.ts';
import type { DaemonSetFact, PodFact } from '../../core/facts.ts';
import { daemonSetName, REVISION_HASH, type DaemonSetRef } from '../../core/rollout/fleet/daemon-set.ts';
import type { DaemonSets } from '../../core/rollout/model/facts.ts';
import { selectorQuery } from '../../core/selector.ts';
import type { KubeObject } from '../../kube/client/client.ts';
import { isKubeError } from '../../kube/client/kube-error.ts';
import { Reflector } from '../../kube/watch/reflector.ts';
import { KINDS, resourcePath } from '../../kube/resource-path.ts';
import { planKey } from '../plan-key.ts';
import { newestRevision, projectDaemonPod, projectDaemonSet, type DaemonSetView } from './project-daemon-set.ts';
import type { WatchPorts } from './watches.ts';

/** The watch of a DaemonSet's Pods, for one UID of the DaemonSet. */
interface PodWatch {
  readonly uid: string;
  readonly reflector: Reflector<PodFact>;
  readonly stop: AbortController;
}

interface SetWatch {
  readonly ref: DaemonSetRef;
  readonly reflector: Reflector<DaemonSetView>;
  readonly stop: AbortController;
  pods: PodWatch | undefined;
  /** Hash of the newest revision. `of` is the UID and the generation of the DaemonSet. */
  newest: { readonly of: string; readonly hash: string | undefined } | undefined;
}

/** The DaemonSets that a plan names. */
interface Wanted {
  readonly names: ReadonlySet<string>;
  /** UID and generation of the plan when they were last read with a GET. */
  readonly generation: string;
}

/**
 * Watches the DaemonSets that active plans name, each by name, and their Pods by their selectors. Revisions are not watched: a new one
 * appears only with a new generation of the DaemonSet, and is listed once the controller has observed that generation.
 */
export class DaemonSetWatches {
  readonly #ports: WatchPorts;
  readonly #enqueue: (plan: string) => void;
  readonly #sets = new Map<string, SetWatch>();
  readonly #wanted = new Map<string, Wanted>();

  constructor(o: { ports: WatchPorts; enqueue: (plan: string) => void }) {
    this.#ports = o.ports;
    this.#enqueue = o.enqueue;
  }

  /** Watches the DaemonSets that a plan needs from now on. Returns them by name; undefined until all watches have synced. */
  async ensure(plan: UpgradePlan, refs: readonly DaemonSetRef[]): Promise<DaemonSets | undefined> {
    await this.#want(plan, refs);
    const facts = new Map<string, DaemonSetFact>();
    let synced = true;
    for (const [name, ref] of new Map(refs.map((each) => [daemonSetName(each), each]))) {
      const watch = this.#sets.get(name);
      if (watch?.reflector.synced !== true) {
        synced = false;
        continue;
      }
      const view = watch.reflector.get(name);
      if (view === undefined) continue;
      const pods = this.#podsOf(watch, view);
      if (!pods.synced) synced = false;
      else facts.set(name, await this.#factOf(ref, watch, view, pods));
    }
    return synced ? facts : undefined;
  }

  /** Stops the watches of a plan that is idle or was deleted. */
  release(key: string): void {
    this.#wanted.delete(key);
    this.#dropUnwanted();
  }

  /** Stops all watches. */
  stop(): void {
    this.#wanted.clear();
    this.#dropUnwanted();
  }

  /**
   * Records what a plan needs. A plan and its DaemonSet are often updated together, and the watch of the DaemonSet may lag behind. Each
   * generation of a plan therefore reads the DaemonSet once, so that no node counts as current at a revision that has been replaced.
   */
  async #want({ metadata }: UpgradePlan, refs: readonly DaemonSetRef[]): Promise<void> {
    const key = planKey(metadata.namespace, metadata.name);
    const generation = `${metadata.uid}/${metadata.generation}`;
    const before = this.#wanted.get(key);
    const names = new Set(refs.map(daemonSetName));
    if (names.size === 0) {
      if (before !== undefined) this.release(key);
      return;
    }
    for (const ref of refs) if (!this.#sets.has(daemonSetName(ref))) this.#sets.set(daemonSetName(ref), this.#watchSet(ref));
    this.#wanted.set(key, { names, generation: before?.generation ?? '' });
    this.#dropUnwanted();
    if (before?.generation === generation) return;
    for (const ref of refs) await this.#refresh(ref);
    this.#wanted.set(key, { names, generation });
  }

  async #refresh(ref: DaemonSetRef): Promise<void> {
    try {
      const set = await this.#ports.client.get<KubeObject>(resourcePath(KINDS.daemonSets, { ...ref }));
      this.#sets.get(daemonSetName(ref))?.reflector.observe(set);
    } catch (error) {
      // The watch reports the deletion.
      if (!isKubeError(error, 'NotFound')) throw error;
    }
  }

  #dropUnwanted(): void {
    const wanted = new Set([...this.#wanted.values()].flatMap(({ names }) => [...names]));
    for (const [name, watch] of this.#sets) {
      if (wanted.has(name)) continue;
      watch.stop.abort();
      watch.pods?.stop.abort();
      this.#sets.delete(name);
    }
  }

  #enqueueAll(name: string): void {
    for (const [plan, { names }] of this.#wanted) if (names.has(name)) this.#enqueue(plan);
  }

  #watchSet(ref: DaemonSetRef): SetWatch {
    const name = daemonSetName(ref);
    const stop = new AbortController();
    const reflector = new Reflector<DaemonSetView>({
      ...this.#ports,
      path: resourcePath(KINDS.daemonSets, { namespace: ref.namespace }),
      query: { fieldSelector: `metadata.name=${ref.name}` },
      project: projectDaemonSet,
      onChange: (_key, current, previous) => {
        // The status of a DaemonSet changes with each Pod, and the projection drops most of it.
        if (JSON.stringify(current) !== JSON.stringify(previous)) this.#enqueueAll(name);
      },
    });
    this.#run(reflector, stop.signal, name);
    return { ref, reflector, stop, pods: undefined, newest: undefined };
  }

  /** Returns the watch of a DaemonSet's Pods. A recreated DaemonSet gets another one, because its selector may differ. */
  #podsOf(watch: SetWatch, { uid, selector }: DaemonSetView): Reflector<PodFact> {
    if (watch.pods?.uid === uid) return watch.pods.reflector;
    watch.pods?.stop.abort();
    const name = daemonSetName(watch.ref);
    const stop = new AbortController();
    const reflector = new Reflector<PodFact>({
      ...this.#ports,
      path: resourcePath(KINDS.pods, { namespace: watch.ref.namespace }),
      query: { labelSelector: selectorQuery(selector) },
      project: (pod) => projectDaemonPod(pod, uid),
      onChange: (_key, current, previous) => {
        if (JSON.stringify(current) !== JSON.stringify(previous)) this.#enqueueAll(name);
      },
    });
    watch.pods = { uid, reflector, stop };
    this.#run(reflector, stop.signal, name);
    return reflector;
  }

  async #factOf(
    { namespace, name }: DaemonSetRef,
    watch: SetWatch,
    view: DaemonSetView,
    pods: Reflector<PodFact>,
  ): Promise<DaemonSetFact> {
    const { updateStrategy, deleting, podSpec } = view;
    const newest = view.observed ? await this.#newestOf(watch, view) : undefined;
    const byNode = Map.groupBy(pods.values(), (pod) => pod.node);
    return { namespace, name, updateStrategy, deleting, newest, podSpec, pods: byNode };
  }

  async #newestOf(watch: SetWatch, { uid, generation, selector }: DaemonSetView): Promise<string | undefined> {
    const of = `${uid}/${generation}`;
    if (watch.newest?.of === of && watch.newest.hash !== undefined) return watch.newest.hash;
    const path = resourcePath(KINDS.controllerRevisions, { namespace: watch.ref.namespace });
    const page = await this.#ports.client.list<KubeObject>(path, { labelSelector: selectorQuery(selector) });
    const hash = newestRevision(page.items, uid)?.metadata.labels?.[REVISION_HASH];
    watch.newest = { of, hash };
    return hash;
  }

  #run(reflector: Pick<Reflector<unknown>, 'run' | 'whenSynced'>, signal: AbortSignal, name: string): void {
    reflector.whenSynced(signal).then(
      () => {
        this.#enqueueAll(name);
      },
      () => undefined,
    );
    reflector.run(signal).catch((error: unknown) => {
      this.#ports.log.error('A watch stopped for good: restart the operator', { daemonSet: name, error });
    });
  }
}
