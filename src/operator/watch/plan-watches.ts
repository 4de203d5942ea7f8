import type { UpgradePlan } from '../../api/generated/upgradeplan.ts';
import { LABELS } from '../../api/names.ts';
import type { Hash, NodeFact, PodFact, ReportFact } from '../../core/facts.ts';
import { parseReport } from '../../core/reports/parse-report.ts';
import { selectorQuery, selects } from '../../core/selector.ts';
import { isMarkedBy } from '../../core/rollout/batch/outdated-marks.ts';
import { Reflector } from '../../kube/watch/reflector.ts';
import { KINDS, resourcePath } from '../../kube/resource-path.ts';
import { doneMarkOf, planKey } from '../plan-key.ts';
import { projectNode, projectPod } from './project.ts';
import { changed, type WatchPorts } from './watches.ts';

/** What is watched for one plan while it runs: its Nodes and its reports. */
export interface PlanWatch {
  readonly nodes: Reflector<NodeFact>;
  readonly reports: Reflector<ReportFact>;
  /** Nodes that the plan has marked as still to do and does not select any more. */
  readonly strays: Reflector<NodeFact>;
  /** The selector that the Nodes are watched by. */
  readonly query: string;
  /** A plan that was created anew is another one. */
  readonly planUid: string;
  readonly stop: AbortController;
}

interface AllPods {
  readonly reflector: Reflector<PodFact>;
  readonly byNode: Map<string, Map<string, PodFact>>;
  /** The labels that are kept of each Pod, beside Baton's own. */
  readonly labels: ReadonlySet<string>;
  readonly stop: AbortController;
}

/**
 * The watches that cost in proportion to the fleet. They exist only while a plan runs: idle plans watch no Nodes. The watch of all
 * Pods exists only while some plan drains.
 */
export class PlanWatches {
  readonly #ports: WatchPorts;
  readonly #enqueue: (plan: string) => void;
  readonly #planOnNode: (node: string) => string | undefined;
  readonly #hash: Hash;
  readonly #plans = new Map<string, PlanWatch>();
  #allPods: AllPods | undefined;
  /** The plans that drain, with the labels of Pods that their drains look at. */
  readonly #draining = new Map<string, readonly string[]>();

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

  /** The plan's watches, started if need be, and started anew when its selector changed. */
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
    this.#run(nodes, stop.signal, key);
    this.#run(reports, stop.signal, key);
    this.#run(strays, stop.signal, key);
    return watch;
  }

  /** The plan does not run any more. */
  release(key: string): void {
    this.#plans.get(key)?.stop.abort();
    this.#plans.delete(key);
    this.needPods(key, undefined);
  }

  /** Nodes reflectors that may know a Node: for the answers to our own writes. */
  *nodeWatches(): IterableIterator<Reflector<NodeFact>> {
    for (const { nodes, strays } of this.#plans.values()) {
      yield nodes;
      yield strays;
    }
  }

  /** Says which labels of Pods a plan looks at because it drains nodes now; undefined: it drains none. */
  needPods(key: string, labels: readonly string[] | undefined): void {
    if (labels === undefined) this.#draining.delete(key);
    else this.#draining.set(key, labels);
    const wanted = [...this.#draining.values()].flat();
    const known = this.#allPods?.labels;
    if (this.#draining.size > 0 && known !== undefined && wanted.every((label) => known.has(label))) return;
    this.#allPods?.stop.abort();
    this.#allPods = this.#draining.size === 0 ? undefined : this.#watchPods(new Set(wanted));
  }

  /** The Pods of a node; undefined until they are known. */
  podsOn(node: string): readonly PodFact[] | undefined {
    if (this.#allPods?.reflector.synced !== true) return undefined;
    return [...(this.#allPods.byNode.get(node)?.values() ?? [])];
  }

  /** Ends all watches. */
  stop(): void {
    for (const key of [...this.#plans.keys()]) this.release(key);
  }

  #watchPods(labels: ReadonlySet<string>): AllPods {
    const byNode = new Map<string, Map<string, PodFact>>();
    const stop = new AbortController();
    const reflector = new Reflector<PodFact>({
      ...this.#ports,
      path: resourcePath(KINDS.pods),
      // Ended Pods do not hold up a drain, and in a cluster with many Jobs they are the most.
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
      for (const plan of key === undefined ? this.#draining.keys() : [key]) this.#enqueue(plan);
    };
    reflector.whenSynced(signal).then(synced, () => undefined);
    reflector.run(signal).catch((error: unknown) => {
      this.#ports.log.error('A watch loop broke', { plan: key, error });
    });
  }
}
