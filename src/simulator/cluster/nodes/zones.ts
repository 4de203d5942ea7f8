import type { KubeObject } from '../../../kube/kube-object.ts';
import { hasCondition } from '../state/objects.ts';

/** How many nodes of a zone are down. */
export type ZoneState = 'Normal' | 'PartialDisruption' | 'FullDisruption';

/** A zone is partly disrupted from this share of nodes on. */
const UNHEALTHY_SHARE = 0.55;
/** Up to this size, a partly disrupted zone gets no more taints. */
const LARGE_ZONE = 50;
/** Taints of NoExecute a second. */
const RATES: Readonly<Record<ZoneState, number>> = { Normal: 0.1, PartialDisruption: 0.01, FullDisruption: 0.1 };

interface Counts {
  readonly ready: number;
  readonly notReady: number;
}

/** Counts the nodes of each zone, from one change to the next. */
export class Zones {
  readonly #nodes = new Map<string, { readonly zone: string; readonly ready: boolean }>();
  readonly #counts = new Map<string, Counts>();

  update(name: string, node: KubeObject | undefined): void {
    const before = this.#nodes.get(name);
    const excluded = node?.metadata.labels?.['node.kubernetes.io/exclude-disruption'] !== undefined;
    const after = node === undefined || excluded ? undefined : { zone: zoneOf(node), ready: hasCondition(node, 'Ready') };
    if (before?.zone === after?.zone && before?.ready === after?.ready) return;
    if (before !== undefined) this.#count(before.zone, before.ready, -1);
    if (after === undefined) this.#nodes.delete(name);
    else {
      this.#nodes.set(name, after);
      this.#count(after.zone, after.ready, 1);
    }
  }

  names(): readonly string[] {
    return [...this.#counts.keys()];
  }

  stateOf(zone: string): ZoneState {
    const { ready = 0, notReady = 0 } = this.#counts.get(zone) ?? {};
    if (ready === 0 && notReady > 0) return 'FullDisruption';
    const partial = notReady > 2 && notReady / (notReady + ready) >= UNHEALTHY_SHARE;
    return partial ? 'PartialDisruption' : 'Normal';
  }

  /** How many nodes of a zone may be tainted with NoExecute (per second). */
  rateOf(zone: string): number {
    const { ready = 0, notReady = 0 } = this.#counts.get(zone) ?? {};
    const state = this.stateOf(zone);
    return state === 'PartialDisruption' && ready + notReady <= LARGE_ZONE ? 0 : RATES[state];
  }

  /** Whether no node of the cluster is Ready: then the fault is taken to be on the side of the control plane. */
  allDown(): boolean {
    const zones = this.names();
    return zones.length > 0 && zones.every((zone) => this.stateOf(zone) === 'FullDisruption');
  }

  #count(zone: string, ready: boolean, sign: 1 | -1): void {
    const before = this.#counts.get(zone) ?? { ready: 0, notReady: 0 };
    const after = {
      ready: before.ready + (ready ? sign : 0),
      notReady: before.notReady + (ready ? 0 : sign),
    };
    if (after.ready + after.notReady === 0) this.#counts.delete(zone);
    else this.#counts.set(zone, after);
  }
}

/** The zone of a node, as its labels say. */
export function zoneOf({ metadata: { labels = {} } }: KubeObject): string {
  return `${labels['topology.kubernetes.io/region'] ?? ''}/${labels['topology.kubernetes.io/zone'] ?? ''}`;
}
