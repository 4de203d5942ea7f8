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
  readonly containerRuntimeVersion?: string;
  readonly providerID?: string;
  /** Made from the seed by default. */
  readonly systemUUID?: string;
  /** How far the clock is ahead of the true time (ms). */
  readonly clockOffsetMs?: number;
  /** Images that are on the disk from the beginning. */
  readonly images?: readonly string[];
}

const CAPACITY = { cpu: '8', 'ephemeral-storage': '100Gi', memory: '32Gi', pods: '110' };

/** The software of a host that its Node shows. */
export interface Software {
  readonly kernelVersion: string;
  readonly osImage: string;
  readonly kubeletVersion: string;
  readonly containerRuntimeVersion: string;
}

/** An upgrade that has done its work. */
export interface UpgradeRun {
  readonly revision: string;
  readonly process: string;
  readonly version: string;
  readonly isRollback: boolean;
}

/** How often something has run on a host. */
export interface RunCount {
  readonly revision: string;
  readonly process: string;
  readonly count: number;
}

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
  #runningKubelet: string;
  #software: Software;
  /** What is on the disk, and runs from the next boot on. */
  #staged: Partial<Software> = {};
  #runs: readonly RunCount[];
  #upgradedTo: string | undefined;
  /** Whether it is powered on and booted. */
  up = false;
  connected = true;
  diskFull = false;
  clockOffsetMs: number;

  /** `before`: the same machine under an earlier name. */
  constructor(spec: HostSpec, ports: HostPorts, before?: Host) {
    this.name = spec.name;
    this.spec = spec;
    this.#ports = ports;
    this.#systemUUID = spec.systemUUID ?? ports.uuid();
    this.#machineID = ports.uuid().replaceAll('-', '');
    this.#bootId = ports.uuid();
    this.#runs = before?.runs ?? [];
    this.#upgradedTo = before?.upgradedTo;
    this.images = new Set(spec.images);
    this.clockOffsetMs = spec.clockOffsetMs ?? 0;
    this.#software = {
      kernelVersion: spec.kernelVersion ?? '6.12.30-amd64',
      osImage: spec.osImage ?? 'Debian GNU/Linux 13 (trixie)',
      kubeletVersion: spec.kubeletVersion ?? 'v1.37.2',
      containerRuntimeVersion: spec.containerRuntimeVersion ?? 'containerd://2.4.2',
    };
    this.#runningKubelet = this.#software.kubeletVersion;
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
      ...this.#software,
      // A running kubelet keeps its version until it is restarted.
      kubeletVersion: this.#runningKubelet,
      ...{ machineID: this.#machineID, systemUUID: this.#systemUUID, diskFull: this.diskFull },
    };
  };

  /** Boots. The first boot keeps the boot ID that the host was created with. */
  boot({ first = false }: { readonly first?: boolean } = {}): void {
    if (!first) this.#bootId = this.#ports.uuid();
    this.install(this.#staged);
    this.#staged = {};
    this.up = true;
    this.runtime.powerOn();
  }

  /** Notes which kubelet runs: the one on the disk. */
  startKubelet(): void {
    this.#runningKubelet = this.#software.kubeletVersion;
  }

  /** The version that an upgrade brought last; undefined: the one that the host came with. */
  get upgradedTo(): string | undefined {
    return this.#upgradedTo;
  }

  /** How often each process of each revision has done its work. A rollback undoes them. */
  get runs(): readonly RunCount[] {
    return this.#runs;
  }

  /** The software on the disk, whether or not it runs already. */
  get software(): Software {
    return { ...this.#software, ...this.#staged };
  }

  /** Replaces software at once. */
  install(software: Partial<Software>): void {
    this.#software = { ...this.#software, ...software };
  }

  /** Replaces software at the next boot. */
  stage(software: Partial<Software>): void {
    this.#staged = { ...this.#staged, ...software };
  }

  /** Notes that an upgrade has done its work. */
  recordRun({ revision, process, version, isRollback }: UpgradeRun): void {
    this.#upgradedTo = version;
    const isSame = (run: RunCount): boolean => run.revision === revision && run.process === process;
    const count = this.#runs.find(isSame)?.count ?? 0;
    const others = this.#runs.filter((run) => !isSame(run));
    this.#runs = isRollback ? others : [...others, { revision, process, count: count + 1 }];
  }

  /** Loses power: processes, sockets and `/run` are gone. */
  powerOff(): void {
    this.up = false;
    this.runtime.powerOff();
    this.sockets.clear();
    for (const path of [...this.files.keys()]) if (path.startsWith('/run/')) this.files.delete(path);
  }
}
