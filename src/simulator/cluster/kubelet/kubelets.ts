import { asObject, asText } from '../../../core/json.ts';
import type { KubeObject } from '../../../kube/kube-object.ts';
import { Kubelet, type KubeletPorts, type KubeletViews } from './kubelet.ts';
import type { Machine } from './machine.ts';

/** Kubelets renew their Leases this often. */
const HEARTBEAT_MS = 10_000;
/** Heartbeats are spread over this many moments, so that a large fleet needs few timers. */
const SLOTS = 10;

/** The kubelets of all hosts. They share one watch of Pods and one of Nodes. */
export class Kubelets {
  readonly #ports: KubeletPorts;
  readonly #views: KubeletViews;
  readonly #kubelets = new Map<string, Kubelet>();
  readonly #slots: readonly Set<string>[] = Array.from({ length: SLOTS }, () => new Set<string>());
  readonly #podsByNode = new Map<string, Map<string, KubeObject>>();
  readonly #nodes = new Map<string, KubeObject>();
  /** The last renewals of kubelets that have stopped. */
  readonly #renewals = new Map<string, number>();
  readonly #indexes = new Map<string, number>();
  readonly #endings: (() => void)[] = [];

  constructor(ports: KubeletPorts) {
    this.#ports = ports;
    this.#views = {
      podsOf: (node) => this.#podsByNode.get(node) ?? new Map<string, KubeObject>(),
      node: (name) => this.#nodes.get(name),
      indexOf: (node) => this.#indexOf(node),
    };
    this.#endings.push(
      ports.client.watch('/api/v1/pods', (type, pod) => this.#onPod(type, pod)),
      ports.client.watch('/api/v1/nodes', (type, node) => {
        if (type === 'DELETED') this.#nodes.delete(node.metadata.name ?? '');
        else this.#nodes.set(node.metadata.name ?? '', node);
      }),
    );
    this.#beat(0);
  }

  /** Starts the kubelet of a host. `boot`: the host has just come up, rather than the kubelet alone. */
  start(machine: Machine, { boot }: { readonly boot: boolean }): void {
    if (this.#kubelets.has(machine.name)) throw new Error(`the kubelet of ${machine.name} runs already`);
    this.#kubelets.set(machine.name, new Kubelet(machine, this.#ports, this.#views, { boot }));
    this.#slots[this.#indexOf(machine.name) % SLOTS]?.add(machine.name);
  }

  /** Stops the kubelet of a host, if it runs. Containers go on. */
  stop(node: string): void {
    const renewedAt = this.#kubelets.get(node)?.renewedAt;
    if (renewedAt !== undefined) this.#renewals.set(node, renewedAt);
    this.#kubelets.get(node)?.stop();
    this.#kubelets.delete(node);
    this.#slots[this.#indexOf(node) % SLOTS]?.delete(node);
  }

  /** Whether the kubelet of a host runs. */
  isRunning(node: string): boolean {
    return this.#kubelets.has(node);
  }

  /**
   * When the kubelet of a node renewed its Lease last, in milliseconds since the epoch; undefined when that is unknown. The same when the
   * Leases are not written (see `HeartbeatWrites`).
   */
  lastRenewal(node: string): number | undefined {
    return this.#kubelets.get(node)?.renewedAt ?? this.#renewals.get(node);
  }

  /** A host reaches the API server again. */
  reconnect(node: string): void {
    this.#kubelets.get(node)?.reconnect();
  }

  /** Something on a host has changed that its Node shows. The kubelet notices within its period. */
  touch(node: string): void {
    this.#kubelets.get(node)?.touch();
  }

  /** Stops all kubelets. */
  close(): void {
    for (const node of [...this.#kubelets.keys()]) this.stop(node);
    for (const end of this.#endings.splice(0)) end();
  }

  #indexOf(node: string): number {
    const index = this.#indexes.get(node) ?? this.#indexes.size;
    this.#indexes.set(node, index);
    return index;
  }

  #beat(slot: number): void {
    const cancel = this.#ports.setTimer(HEARTBEAT_MS / SLOTS, () => {
      this.#endings.splice(this.#endings.indexOf(cancel), 1);
      for (const node of this.#slots[slot] ?? []) this.#kubelets.get(node)?.heartbeat();
      this.#beat((slot + 1) % SLOTS);
    });
    this.#endings.push(cancel);
  }

  // Called within the write that changed the Pod: kubelets look later.
  #onPod(type: 'ADDED' | 'MODIFIED' | 'DELETED', pod: KubeObject): void {
    const node = asText(asObject(pod['spec'])['nodeName']);
    const { uid = '' } = pod.metadata;
    if (node === '') return;
    const pods = this.#podsByNode.get(node) ?? new Map<string, KubeObject>();
    this.#podsByNode.set(node, pods);
    if (type === 'DELETED') pods.delete(uid);
    else pods.set(uid, pod);
    this.#kubelets.get(node)?.observe(uid);
  }
}
