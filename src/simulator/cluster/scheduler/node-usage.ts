import { asObjects, asObject, asText, type Json } from '../../../core/json.ts';
import { keyOf, type KubeObject } from '../../../kube/kube-object.ts';
import { amountsOf, parseQuantity, podRequests, type Amounts } from '../scheduling/pod-requests.ts';
import { controllerOf, specOf, statusOf } from '../state/objects.ts';

/** A pod that takes up room on a node. */
interface Placed {
  readonly pod: KubeObject;
  readonly requests: Amounts;
  readonly apart: readonly Json[];
}

/** A node with what its pods take. */
export class NodeUsage {
  readonly node: KubeObject;
  readonly capacity: Amounts & { readonly pods: number };
  readonly #pods: Map<string, Placed>;
  #used: Amounts;

  /** @param before the node as it was; its pods stay. */
  constructor(node: KubeObject, before?: NodeUsage) {
    this.node = node;
    const allocatable = asObject(statusOf(node)['allocatable']);
    this.capacity = { ...amountsOf(allocatable), pods: parseQuantity(allocatable['pods']) };
    this.#pods = before?.placed() ?? new Map<string, Placed>();
    this.#used = before?.used ?? { cpu: 0, memory: 0 };
  }

  get used(): Amounts {
    return this.#used;
  }

  get podCount(): number {
    return this.#pods.size;
  }

  placed(): Map<string, Placed> {
    return this.#pods;
  }

  add(pod: KubeObject): void {
    this.remove(keyOf(pod));
    const requests = podRequests(specOf(pod));
    this.#pods.set(keyOf(pod), { pod, requests, apart: antiAffinityOf(pod) });
    this.#used = { cpu: this.#used.cpu + requests.cpu, memory: this.#used.memory + requests.memory };
  }

  /** Removes a pod; false when it was not there. */
  remove(key: string): boolean {
    const placed = this.#pods.get(key);
    if (placed === undefined) return false;
    this.#pods.delete(key);
    // Without pods, nothing may be left over from rounding.
    const { cpu, memory } = this.#pods.size === 0 ? placed.requests : this.#used;
    this.#used = { cpu: cpu - placed.requests.cpu, memory: memory - placed.requests.memory };
    return true;
  }

  /** How many pods of the same controller run here. */
  siblings(pod: KubeObject): number {
    const uid = controllerOf(pod)?.uid;
    if (uid === undefined) return 0;
    return [...this.#pods.values()].filter((placed) => controllerOf(placed.pod)?.uid === uid).length;
  }
}

const HOSTNAME = 'kubernetes.io/hostname';

/** The required anti-affinity of a pod towards others on its host. Terms about other topologies are not built. */
export function antiAffinityOf(pod: KubeObject): readonly Json[] {
  const rules = asObject(asObject(specOf(pod)['affinity'])['podAntiAffinity'])['requiredDuringSchedulingIgnoredDuringExecution'];
  return asObjects(rules).filter(({ topologyKey }) => asText(topologyKey) === HOSTNAME);
}
