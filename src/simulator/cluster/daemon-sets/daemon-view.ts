import { asNumber, asObjects, type Json } from '../../../core/json.ts';
import type { KubeObject } from '../../../kube/kube-object.ts';
import type { ClusterState } from '../state/cluster-state.ts';
import type { ObjectIndex } from '../state/object-cache.ts';
import { specOf } from '../state/objects.ts';
import { examineNode, NO_TALLY, type DaemonNode, type Tally } from './daemon-node.ts';
import { daemonTolerations, eligibility } from './daemon-pod.ts';

/** The template that pods are compared with. */
export interface Template {
  /** `metadata.generation` of the DaemonSet. */
  readonly generation: number;
  /** Label value of the pods of this template. */
  readonly hash: string;
}

/** Where one DaemonSet has pods, kept up to date node by node: a change of one node costs the same in a small and in a large cluster. */
export class DaemonView {
  readonly #state: ClusterState;
  /** Pods by UID of their DaemonSet and node. */
  readonly #podsByNode: ObjectIndex;
  readonly #nodes = new Map<string, DaemonNode>();
  readonly #dirty = new Set<string>();
  readonly #needing = new Set<string>();
  readonly #surplus = new Set<string>();
  readonly #outdated = new Set<string>();
  #template: Template | undefined;
  #tolerations: readonly Json[] = [];
  #tally = NO_TALLY;

  constructor(state: ClusterState, podsByNode: ObjectIndex) {
    this.#state = state;
    this.#podsByNode = podsByNode;
  }

  get tally(): Tally {
    return this.#tally;
  }

  get tolerations(): readonly Json[] {
    return this.#tolerations;
  }

  /** Something has changed on a node. */
  touch(node: string): void {
    this.#dirty.add(node);
  }

  /** Looks at the nodes that have changed, or at all of them when the DaemonSet has. Returns when to look again (ms). */
  refresh(daemonSet: KubeObject, template: Template, now: number): number | undefined {
    if (this.#template?.generation !== template.generation || this.#template.hash !== template.hash) {
      this.#template = template;
      this.#tolerations = daemonTolerations(daemonSet);
      for (const { metadata } of this.#state.nodes.list()) this.#dirty.add(metadata.name ?? '');
      for (const name of this.#nodes.keys()) this.#dirty.add(name);
    }
    const minReadyMs = asNumber(specOf(daemonSet)['minReadySeconds']) * 1000;
    let next: number | undefined;
    for (const name of this.#dirty) {
      const node = this.#state.nodes.get(name);
      const pods = this.#podsByNode.get(`${daemonSet.metadata.uid ?? ''}/${name}`);
      const eligible = node && eligibility(daemonSet, node, this.#tolerations);
      const isUpdated = (pod: KubeObject): boolean => pod.metadata.labels?.['controller-revision-hash'] === template.hash;
      const examined = examineNode({ eligible, pods, isUpdated, minReadyMs, now });
      this.#store(name, examined, pods.length > 0 || node !== undefined);
      if (examined.availableAt !== undefined) next = Math.min(next ?? Infinity, examined.availableAt - now);
    }
    const later = [...this.#dirty].filter((name) => this.#nodes.get(name)?.availableAt !== undefined);
    this.#dirty.clear();
    for (const name of later) this.#dirty.add(name);
    return next;
  }

  /** Nodes that need a pod. */
  needing(): readonly string[] {
    return [...this.#needing];
  }

  /** Pods that have no business where they are. */
  surplus(): readonly KubeObject[] {
    return [...this.#surplus].flatMap((name) => this.#nodes.get(name)?.surplus ?? []);
  }

  /** Pods of older templates. */
  outdated(): readonly { readonly pod: KubeObject; readonly available: boolean }[] {
    return [...this.#outdated].flatMap((name) => this.#nodes.get(name)?.outdated ?? []);
  }

  #store(name: string, examined: DaemonNode, exists: boolean): void {
    const before = this.#nodes.get(name);
    this.#tally = added(added(this.#tally, before?.tally ?? NO_TALLY, -1), examined.tally, 1);
    if (exists) this.#nodes.set(name, examined);
    else this.#nodes.delete(name);
    mark(this.#needing, name, examined.needsPod);
    mark(this.#surplus, name, examined.surplus.length > 0);
    mark(this.#outdated, name, examined.outdated !== undefined);
  }
}

function added(left: Tally, right: Tally, sign: 1 | -1): Tally {
  return {
    desired: left.desired + sign * right.desired,
    current: left.current + sign * right.current,
    misscheduled: left.misscheduled + sign * right.misscheduled,
    ready: left.ready + sign * right.ready,
    available: left.available + sign * right.available,
    updated: left.updated + sign * right.updated,
    down: left.down + sign * right.down,
  };
}

function mark(set: Set<string>, name: string, holds: boolean): void {
  if (holds) set.add(name);
  else set.delete(name);
}

/** The effects of taints that keep daemon pods away, as a text to compare. */
export function placementOf(node: KubeObject): string {
  return JSON.stringify([node.metadata.labels, asObjects(specOf(node)['taints'])]);
}
