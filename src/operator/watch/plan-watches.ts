import type { UpgradePlan } from '../../api/generated/upgradeplan.ts';
import { LABELS } from '../../api/names.ts';
import type { Hash, NodeFact, PodFact, ReportFact } from '../../core/facts.ts';
import { parseReport } from '../../core/reports/parse-report.ts';
import { selectorQuery, selects } from '../../core/selector.ts';
import { isMarkedBy } from '../../core/rollout/batch/outdated-marks.ts';
import { Reflector } from '../../kube/watch/reflector.ts';
import { KINDS, resourcePath } from '../../kube/resource-path.ts';
import { doneMarkOf, planFields, planKey } from '../plan-key.ts';
import { projectNode, projectPod } from './project.ts';
import { changed, type WatchPorts } from './watches.ts';

/** The watches of one plan while it is active. */
export interface PlanWatch {
  readonly nodes: Reflector<NodeFact>;
  readonly reports: Reflector<ReportFact>;
  /** Nodes that have the plan's outdated mark but that the plan no longer selects. */
  readonly strays: Reflector<NodeFact>;
  /** The label selector of the watch of Nodes. */
  readonly query: string;
  /** UID of the plan: a plan that was deleted and created again gets new watches. */
  readonly planUid: string;
  readonly stop: AbortController;
}

interface AllPods {
  readonly reflector: Reflector<PodFact>;
  readonly byNode: Map<string, Map<string, PodFact>>;
  /** The labels that are kept of each Pod, in addition to Baton's. */
  readonly labels: ReadonlySet<string>;
  readonly stop: AbortController;
}

/**
 * The watches whose cost grows with the fleet. They exist only while a plan is active: idle plans watch no Nodes. The watch of all Pods exists
 * only while a decision needs the Pods of nodes.
 */
export class PlanWatches {
  readonly #ports: WatchPorts;
  readonly #enqueue: (plan: string) => void;
  readonly #planOnNode: (node: string) => string | undefined;
  readonly #hash: Hash;
  readonly #plans = new Map<string, PlanWatch>();
  #allPods: AllPods | undefined;
  /** The labels of Pods that each plan reads, for the plans that need Pods. */
  readonly #podLabels = new Map<string, readonly string[]>();

  constructor(o: {
    ports: WatchPorts;
    enqueue: (plan: string) => void;
    planOnNode: (node: string) => string | undefined;
    hash: Hash;
  }) {
    this.#ports = o.ports;
    this.#enqueue = o.enqueue;
    this.#planOnNode = o.planOnNode;
    this.#hash = o.hash;
  }

  /** Returns the plan's watches. Starts them if needed, and again when the plan's selector has changed. */
  ensure(plan: UpgradePlan): PlanWatch {
    const key = planKey(plan.metadata.namespace, plan.metadata.name);
    const query = selectorQuery(plan.spec.nodeSelector);
    const existing = this.#plans.get(key);
    if (existing !== undefined && existing.query === query && existing.planUid === plan.metadata.uid) return existing;
    existing?.stop.abort();
    const stop = new AbortController();
    const doneMark = doneMarkOf(key, this.#hash);
    const nodes = new Reflector<NodeFact>({
      ...this.#ports,
      path: resourcePath(KINDS.nodes),
      query: query === '' ? {} : { labelSelector: query },
      project: (node) => projectNode(node, doneMark),
      onChange: (_name, current, previous) => {
        if (changed(current, previous)) this.#enqueue(key);
      },
    });
    const reports = new Reflector<ReportFact>({
      ...this.#ports,
      path: resourcePath(KINDS.events, { namespace: plan.metadata.namespace }),
      query: { labelSelector: `${LABELS.plan}=${plan.metadata.name}` },
      project: parseReport,
      onChange: (_name, current) => {
        if (current !== undefined) this.#enqueue(key);
      },
    });
    const strays = new Reflector<NodeFact>({
      ...this.#ports,
      path: resourcePath(KINDS.nodes),
      query: { labelSelector: `${LABELS.outdated}=${plan.metadata.uid}` },
      project: (node) => {
        const fact = projectNode(node, doneMark);
        return isMarkedBy(plan.metadata.uid, fact) && !selects(plan.spec.nodeSelector, fact.labels) ? fact : undefined;
      },
      onChange: () => this.#enqueue(key),
    });
    const watch = { nodes, reports, strays, query, planUid: plan.metadata.uid, stop };
    this.#plans.set(key, watch);
    for (const reflector of [nodes, reports, strays]) this.#run(reflector, stop.signal, key);
    return watch;
  }

  /** Stops the watches of a plan that is idle or was deleted. */
  release(key: string): void {
    this.#plans.get(key)?.stop.abort();
    this.#plans.delete(key);
    this.needPods(key, undefined);
  }

  /** The caches that may hold a Node, for the answers to the operator's own writes. */
  *nodeWatches(): IterableIterator<Reflector<NodeFact>> {
    for (const { nodes, strays } of this.#plans.values()) {
      yield nodes;
      yield strays;
    }
  }

  /** Sets which labels of Pods a plan reads; undefined if the plan needs no Pods now. */
  needPods(key: string, labels: readonly string[] | undefined): void {
    if (labels === undefined) this.#podLabels.delete(key);
    else this.#podLabels.set(key, labels);
    const wanted = [...this.#podLabels.values()].flat();
    const known = this.#allPods?.labels;
    if (this.#podLabels.size > 0 && known !== undefined && wanted.every((label) => known.has(label))) return;
    this.#allPods?.stop.abort();
    this.#allPods = this.#podLabels.size === 0 ? undefined : this.#watchPods(new Set(wanted));
  }

  /** The Pods on a node; undefined until the watch of Pods has synced. */
  podsOn(node: string): readonly PodFact[] | undefined {
    if (this.#allPods?.reflector.synced !== true) return undefined;
    return [...(this.#allPods.byNode.get(node)?.values() ?? [])];
  }

  /** Stops all watches. */
  stop(): void {
    for (const key of [...this.#plans.keys()]) this.release(key);
  }

  #watchPods(labels: ReadonlySet<string>): AllPods {
    const byNode = new Map<string, Map<string, PodFact>>();
    const stop = new AbortController();
    const reflector = new Reflector<PodFact>({
      ...this.#ports,
      path: resourcePath(KINDS.pods),
      // Finished Pods do not block a drain, and in a cluster with many Jobs they are the majority.
      query: { fieldSelector: 'spec.nodeName!=,status.phase!=Succeeded,status.phase!=Failed' },
      project: (pod) => projectPod(pod, labels),
      onChange: (key, current, previous) => {
        if (previous !== undefined) byNode.get(previous.node)?.delete(key);
        if (current !== undefined) {
          const pods = byNode.get(current.node) ?? new Map<string, PodFact>();
          byNode.set(current.node, pods.set(key, current));
        }
        const plan = this.#planOnNode((current ?? previous)?.node ?? '');
        if (plan !== undefined) this.#enqueue(plan);
      },
    });
    this.#run(reflector, stop.signal, undefined);
    return { reflector, byNode, labels, stop };
  }

  #run(reflector: Pick<Reflector<unknown>, 'run' | 'whenSynced'>, signal: AbortSignal, key: string | undefined): void {
    const synced = (): void => {
      for (const plan of key === undefined ? this.#podLabels.keys() : [key]) this.#enqueue(plan);
    };
    reflector.whenSynced(signal).then(synced, () => undefined);
    reflector.run(signal).catch((error: unknown) => {
      const fields = key === undefined ? { resource: KINDS.pods.plural } : planFields(key);
      this.#ports.log.error('A watch stopped for good: restart the operator', { ...fields, error });
    });
  }
}
