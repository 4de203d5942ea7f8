import type { Json } from '../../core/json.ts';
import type { SocketHandler } from '../cluster/kubelet/container.ts';
import type { Machine, MachineFacts } from '../cluster/kubelet/machine.ts';
import { ContainerRuntime } from '../cluster/kubelet/runtime.ts';

/** A host as it is delivered. */
export interface HostSpec {
  /** Also the name of its Node. */
  readonly name: string;
  /** Labels of its Node, in addition to those that every kubelet sets. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Taints that its Node gets when it registers. */
  readonly taints?: readonly Json[];
  /** Value of the label `topology.kubernetes.io/zone`. */
  readonly zone?: string;
  readonly capacity?: Readonly<Record<string, string>>;
  readonly kernelVersion?: string;
  readonly osImage?: string;
  readonly kubeletVersion?: string;
  readonly providerID?: string;
  /** Made from the seed by default. */
  readonly systemUUID?: string;
  /** How far the clock is ahead of the true time (ms). */
  readonly clockOffsetMs?: number;
  /** Images that are on the disk from the beginning. */
  readonly images?: readonly string[];
}

const CAPACITY = { cpu: '8', 'ephemeral-storage': '100Gi', memory: '32Gi', pods: '110' };

/** What a host needs from the simulation. */
export interface HostPorts {
  /** The true time, in milliseconds since the epoch. */
  readonly now: () => number;
  /** A new UUID. */
  readonly uuid: () => string;
  /** The address in the network of the hosts. */
  readonly address: string;
}

/** A machine, whether or not a Node stands for it. Its disk survives boots; `/run` and its processes do not. */
export class Host implements Machine {
  readonly name: string;
  readonly spec: HostSpec;
  readonly runtime: ContainerRuntime;
  readonly images: Set<string>;
  readonly files = new Map<string, string>();
  readonly sockets = new Map<string, SocketHandler>();
  readonly #ports: HostPorts;
  readonly #systemUUID: string;
  readonly #machineID: string;
  #bootId: string;
  #runningKubeletVersion: string;
  /** Whether it is powered on and booted. */
  up = false;
  connected = true;
  diskFull = false;
  clockOffsetMs: number;
  kernelVersion: string;
  osImage: string;
  /** The version of the kubelet on the disk; a running kubelet keeps its own until it is restarted. */
  kubeletVersion: string;

  constructor(spec: HostSpec, ports: HostPorts) {
    this.name = spec.name;
    this.spec = spec;
    this.#ports = ports;
    this.#systemUUID = spec.systemUUID ?? ports.uuid();
    this.#machineID = ports.uuid().replaceAll('-', '');
    this.#bootId = ports.uuid();
    this.images = new Set(spec.images);
    this.clockOffsetMs = spec.clockOffsetMs ?? 0;
    this.kernelVersion = spec.kernelVersion ?? '6.12.30-amd64';
    this.osImage = spec.osImage ?? 'Debian GNU/Linux 13 (trixie)';
    this.kubeletVersion = spec.kubeletVersion ?? 'v1.37.2';
    this.#runningKubeletVersion = this.kubeletVersion;
    this.runtime = new ContainerRuntime(() => ports.now() + this.clockOffsetMs);
  }

  get bootId(): string {
    return this.#bootId;
  }

  readonly facts = (): MachineFacts => {
    const { labels = {}, taints = [], zone, capacity = CAPACITY, providerID } = this.spec;
    return {
      labels: zone === undefined ? labels : { ...labels, 'topology.kubernetes.io/zone': zone },
      ...{ taints, capacity, providerID },
      address: this.#ports.address,
      ...{ kernelVersion: this.kernelVersion, osImage: this.osImage, kubeletVersion: this.#runningKubeletVersion },
      ...{ machineID: this.#machineID, systemUUID: this.#systemUUID, diskFull: this.diskFull },
    };
  };

  /** Boots. The first boot keeps the boot ID that the host was created with. */
  boot({ first = false }: { readonly first?: boolean } = {}): void {
    if (!first) this.#bootId = this.#ports.uuid();
    this.up = true;
    this.runtime.powerOn();
  }

  /** Notes which kubelet runs: the one on the disk. */
  startKubelet(): void {
    this.#runningKubeletVersion = this.kubeletVersion;
  }

  /** Loses power: processes, sockets and `/run` are gone. */
  powerOff(): void {
    this.up = false;
    this.runtime.powerOff();
    this.sockets.clear();
    for (const path of [...this.files.keys()]) if (path.startsWith('/run/')) this.files.delete(path);
  }
}
