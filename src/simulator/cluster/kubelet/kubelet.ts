import { asObject } from '../../../core/json.ts';
import type { KubeObject } from '../../../kube/kube-object.ts';
import type { SetTimer } from '../../../kube/pause.ts';
import type { ClusterClient } from '../cluster-client.ts';
import { rejection } from './admission.ts';
import { ConfigError } from './config-source.ts';
import type { PullImage, RunContainer } from './container.ts';
import { between, type KubeletContext } from './context.ts';
import type { PodAddresses } from './field-ref.ts';
import type { Machine } from './machine.ts';
import { NodeReporter, type HeartbeatWrites } from './node-reporter.ts';
import { PodWorker } from './pod-worker.ts';

/** What kubelets work with. */
export interface KubeletPorts {
  readonly client: ClusterClient;
  /** The true time, in milliseconds since the epoch. */
  readonly now: () => number;
  readonly setTimer: SetTimer;
  readonly random: () => number;
  readonly runContainer: RunContainer;
  readonly pullImage: PullImage;
  /** Which heartbeats are written; all by default. */
  readonly heartbeats?: HeartbeatWrites;
}

/** What all kubelets share: their watches. */
export interface KubeletViews {
  /** The Pods bound to a node, by UID. */
  readonly podsOf: (node: string) => ReadonlyMap<string, KubeObject>;
  readonly node: (name: string) => KubeObject | undefined;
  /** A number of its own for each node, for its addresses. */
  readonly indexOf: (node: string) => number;
}

/** The kubelet of one host, from its start until it stops. What it knows in memory is lost when it stops. */
export class Kubelet {
  readonly #machine: Machine;
  readonly #ports: KubeletPorts;
  readonly #views: KubeletViews;
  readonly #context: KubeletContext;
  readonly #node: NodeReporter;
  readonly #workers = new Map<string, PodWorker>();
  readonly #timers = new Set<() => void>();
  #running = true;
  #pullsUntil = 0;
  #podSerial = 0;

  /** `boot`: the host has just come up. */
  constructor(machine: Machine, ports: KubeletPorts, views: KubeletViews, { boot }: { readonly boot: boolean }) {
    this.#machine = machine;
    this.#ports = ports;
    this.#views = views;
    this.#context = this.#createContext();
    const { client, heartbeats = 'All' } = ports;
    this.#node = new NodeReporter(this.#context, { client, writes: heartbeats, boot });
    machine.runtime.onChange = (uid) => this.#workers.get(uid)?.requestSync(between(this.#context, 100, 1000));
    this.#context.later(between(this.#context, 200, 1500), () => this.#begin());
  }

  /** Ends the kubelet; containers go on. */
  stop(): void {
    this.#running = false;
    this.#machine.runtime.onChange = undefined;
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
    this.#workers.clear();
  }

  /** When the Lease was renewed last, or would have been, in true time; undefined before that. */
  get renewedAt(): number | undefined {
    const { renewedAt } = this.#node;
    return renewedAt === undefined ? undefined : renewedAt - this.#machine.clockOffsetMs;
  }

  /** Renews the Lease, and reports the node's status when it is due. */
  heartbeat(): void {
    if (this.#machine.connected) this.#node.heartbeat(this.#views.node(this.#machine.name));
  }

  /** A Pod that is bound to the node has changed or is gone. */
  observe(uid: string): void {
    if (!this.#machine.connected) return;
    this.#context.later(between(this.#context, 20, 200), () => {
      if (this.#machine.connected) this.#see(uid);
    });
  }

  /** The API server can be reached again. */
  reconnect(): void {
    this.#node.touch();
    this.#context.later(between(this.#context, 200, 5000), () => this.#seeAll());
  }

  /** Something on the host has changed that the Node's status shows. */
  touch(): void {
    this.#node.touch();
  }

  #begin(): void {
    if (!this.#machine.connected) {
      this.#context.later(between(this.#context, 1000, 3000), () => this.#begin());
      return;
    }
    this.#node.register();
    this.#seeAll();
  }

  #seeAll(): void {
    if (!this.#machine.connected) return;
    const pods = this.#views.podsOf(this.#machine.name);
    for (const uid of new Set([...pods.keys(), ...this.#workers.keys()])) this.#see(uid);
    for (const uid of this.#machine.runtime.pods) if (!pods.has(uid) && !this.#workers.has(uid)) this.#killOrphan(uid);
  }

  /** Containers of a Pod that was removed while the kubelet did not see it. */
  #killOrphan(uid: string): void {
    const { runtime } = this.#machine;
    for (const record of runtime.containersOf(uid)) if (record.exit === undefined) runtime.kill(record);
    runtime.remove(uid);
  }

  #see(uid: string): void {
    const pod = this.#views.podsOf(this.#machine.name).get(uid);
    const worker = this.#workers.get(uid);
    if (pod !== undefined && worker !== undefined) worker.update(pod);
    else if (pod !== undefined) this.#admit(uid, pod);
    else if (worker !== undefined) this.#forget(uid, worker);
  }

  #admit(uid: string, pod: KubeObject): void {
    const { name, runtime } = this.#machine;
    // Pressure keeps out only what has not started.
    const diskFull = this.#machine.facts().diskFull && runtime.containersOf(uid).length === 0;
    const worker = new PodWorker(this.#context, pod, rejection(pod, { node: this.#views.node(name), diskFull }));
    this.#workers.set(uid, worker);
    worker.requestSync();
  }

  #forget(uid: string, worker: PodWorker): void {
    worker.remove();
    const look = (): void => {
      if (worker.isOver) this.#workers.delete(uid);
      else this.#context.later(5000, look);
    };
    this.#context.later(1000, look);
  }

  #createContext(): KubeletContext {
    const { client, now, random, setTimer, runContainer, pullImage } = this.#ports;
    const machine = this.#machine;
    const hostNow = (): number => now() + machine.clockOffsetMs;
    return {
      ...{ machine, random, runContainer, pullImage, now: hostNow },
      later: (milliseconds, run) => {
        if (!this.#running) return () => undefined;
        const cancel = setTimer(milliseconds, () => {
          this.#timers.delete(cancel);
          run();
        });
        this.#timers.add(cancel);
        return () => {
          this.#timers.delete(cancel);
          cancel();
        };
      },
      read: (path) => {
        if (!machine.connected) throw new ConfigError('dial tcp 10.96.0.1:443: connect: no route to host');
        return client.get(path);
      },
      reservePull: (milliseconds) => {
        this.#pullsUntil = Math.max(this.#pullsUntil, now()) + milliseconds;
        return this.#pullsUntil - now();
      },
      addressesOf: (pod) => this.#addressesOf(pod),
      touch: () => this.#node.touch(),
      writeStatus: (pod, status) => {
        const { name = '', namespace = '', uid } = pod.metadata;
        const path = `/api/v1/namespaces/${namespace}/pods/${name}`;
        if (!machine.connected || client.get(path)?.metadata.uid !== uid) return undefined;
        const outcome = client.mergePatch(`${path}/status`, { metadata: { uid }, status });
        return outcome.ok ? outcome.object : undefined;
      },
      remove: ({ metadata: { name = '', namespace = '', uid = '' } }) => {
        if (!machine.connected) return false;
        const options = { gracePeriodSeconds: 0, uid };
        const outcome = client.delete(`/api/v1/namespaces/${namespace}/pods/${name}`, options);
        return outcome.ok || outcome.code === 404 || outcome.code === 409;
      },
    };
  }

  /** A Pod keeps its address; each new one gets the next of its node. */
  #addressesOf(pod: KubeObject): PodAddresses {
    const hostIP = this.#machine.facts().address;
    const known = asObject(pod['status'])['podIP'];
    if (typeof known === 'string') return { hostIP, podIP: known };
    if (asObject(pod['spec'])['hostNetwork'] === true) return { hostIP, podIP: hostIP };
    const uid = pod.metadata.uid ?? '';
    const podIP = this.#podIPs.get(uid) ?? this.#nextPodIP();
    this.#podIPs.set(uid, podIP);
    return { hostIP, podIP };
  }

  readonly #podIPs = new Map<string, string>();

  #nextPodIP(): string {
    this.#podSerial = (this.#podSerial + 1) % 250;
    const index = this.#views.indexOf(this.#machine.name);
    return `10.${100 + (index >> 8)}.${index & 255}.${this.#podSerial + 2}`;
  }
}
