import type { SetTimer } from '../../kube/pause.ts';
import type { Kubelets } from '../cluster/kubelet/kubelets.ts';
import { Host, type HostSpec, type Software } from './host.ts';
import { uuid } from './uuid.ts';

/** What the hosts need from the simulation. */
export interface HostsPorts {
  readonly kubelets: Kubelets;
  /** The true time, in milliseconds since the epoch. */
  readonly now: () => number;
  readonly setTimer: SetTimer;
  readonly random: () => number;
  /** Called with a sentence about everything that happens to a host. */
  readonly onEvent?: (sentence: string) => void;
  /** Called when a host loses or regains its connection to the API server. */
  readonly onConnectivity?: (host: Host) => void;
}

/** How a host reboots. */
export interface RebootOptions {
  /** How long until it is up again (ms); undefined: it never comes back. */
  readonly downMs: number | undefined;
  /**
   * In an orderly reboot, containers get SIGTERM and a moment, and the kubelet may still report how they ended. Otherwise the power
   * fails.
   */
  readonly orderly: boolean;
  /** In an orderly reboot: how long containers have until the host goes down (ms). */
  readonly graceMs?: number;
}

const SHUTDOWN_MS = 5000;
const KUBELET_RESTART_MS = 2000;

/** All hosts, including those without a Node, and what can happen to them. */
export class Hosts {
  readonly #ports: HostsPorts;
  readonly #hosts = new Map<string, Host>();
  #serial = 0;

  constructor(ports: HostsPorts) {
    this.#ports = ports;
  }

  /** All hosts in the order in which they were added. */
  get all(): readonly Host[] {
    return [...this.#hosts.values()];
  }

  get(name: string): Host | undefined {
    return this.#hosts.get(name);
  }

  /** Adds a host and boots it; its kubelet registers the Node. Throws if there is a host of this name. */
  add(spec: HostSpec): Host {
    return this.#add(spec);
  }

  #add(spec: HostSpec, before?: Host): Host {
    if (this.#hosts.has(spec.name)) throw new Error(`a host named ${spec.name} exists already`);
    const { now, random } = this.#ports;
    this.#serial += 1;
    const address = `10.0.${this.#serial >> 8}.${this.#serial & 255}`;
    const host = new Host(spec, { now, address, uuid: () => uuid(random) }, before);
    this.#hosts.set(spec.name, host);
    host.boot({ first: true });
    this.#startKubelet(host, true);
    return host;
  }

  /** Reboots a host that is up. */
  reboot(name: string, { downMs, orderly, graceMs = SHUTDOWN_MS }: RebootOptions): void {
    const host = this.#upHost(name);
    if (host === undefined) return;
    if (!orderly) {
      this.powerOff(name, downMs);
      return;
    }
    const { bootId } = host;
    this.#say(`${name} shuts down`);
    for (const record of host.runtime.running()) host.runtime.terminate(record);
    this.#later(host, graceMs, () => {
      if (!host.up || host.bootId !== bootId) return;
      for (const record of host.runtime.running()) host.runtime.kill(record);
      this.powerOff(name, downMs);
    });
  }

  /** The host goes down at once, for some time (ms) or for good, together with its kubelet and its containers. */
  powerOff(name: string, downMs: number | undefined): void {
    const host = this.#upHost(name);
    if (host === undefined) return;
    this.#say(downMs === undefined ? `${name} goes down for good` : `${name} goes down for ${Math.round(downMs / 1000)} s`);
    this.#ports.kubelets.stop(name);
    host.powerOff();
    const { bootId } = host;
    if (downMs !== undefined) {
      this.#later(host, downMs, () => {
        if (host.bootId === bootId) this.powerOn(name);
      });
    }
  }

  /** Boots a host that is down. */
  powerOn(name: string): void {
    const host = this.#hosts.get(name);
    if (host === undefined || host.up) return;
    host.boot();
    this.#say(`${name} is up again`);
    this.#startKubelet(host, true);
  }

  /** Stops the kubelet; containers continue. With `restartMs` it starts again after that time. */
  stopKubelet(name: string, restartMs?: number): void {
    const host = this.#upHost(name);
    if (host === undefined) return;
    this.#say(`the kubelet of ${name} stops`);
    this.#ports.kubelets.stop(name);
    if (restartMs !== undefined) this.#later(host, restartMs, () => this.startKubelet(name));
  }

  /** Starts a kubelet that was stopped, in the version on the disk. */
  startKubelet(name: string): void {
    const host = this.#upHost(name);
    if (host === undefined || this.#ports.kubelets.isRunning(name)) return;
    this.#startKubelet(host, false);
  }

  /** Restarts the kubelet, as its upgrade does. */
  restartKubelet(name: string): void {
    this.stopKubelet(name, KUBELET_RESTART_MS);
  }

  /** Cuts a host off from the API server, or reconnects it. Its containers continue. */
  partition(name: string, cut: boolean): void {
    const host = this.#hosts.get(name);
    if (host === undefined || host.connected === !cut) return;
    host.connected = !cut;
    this.#say(cut ? `${name} is cut off from the API server` : `${name} reaches the API server again`);
    this.#ports.onConnectivity?.(host);
    if (!cut) this.#ports.kubelets.reconnect(name);
  }

  /** Fills the disk of a host, or frees it again. */
  setDiskFull(name: string, full: boolean): void {
    const host = this.#hosts.get(name);
    if (host === undefined) return;
    host.diskFull = full;
    this.#say(full ? `the disk of ${name} is full` : `the disk of ${name} has free space again`);
    this.#ports.kubelets.touch(name);
  }

  /** Installs software. The Node shows it once the kubelet has noticed; the kubelet's own version after a restart. */
  install(name: string, software: Partial<Software>): void {
    this.#hosts.get(name)?.install(software);
    this.#ports.kubelets.touch(name);
  }

  /** Installs software that runs from the next boot on. */
  stage(name: string, software: Partial<Software>): void {
    this.#hosts.get(name)?.stage(software);
  }

  /** Removes a host for good. Its Node remains until somebody deletes it. */
  remove(name: string): void {
    const host = this.#hosts.get(name);
    if (host === undefined) return;
    if (host.up) this.powerOff(name, undefined);
    this.#hosts.delete(name);
  }

  /** Gives a machine a new name: it boots again, and its kubelet registers another Node with the same system UUID. */
  rename(name: string, newName: string): Host | undefined {
    const host = this.#hosts.get(name);
    if (host === undefined) return undefined;
    const { systemUUID } = host.facts();
    this.remove(name);
    return this.#add({ ...host.spec, ...host.software, name: newName, systemUUID }, host);
  }

  #startKubelet(host: Host, boot: boolean): void {
    host.startKubelet();
    this.#ports.kubelets.start(host, { boot });
  }

  #upHost(name: string): Host | undefined {
    const host = this.#hosts.get(name);
    return host?.up === true ? host : undefined;
  }

  /** Happens only if the host is still there. */
  #later(host: Host, milliseconds: number, run: () => void): void {
    this.#ports.setTimer(milliseconds, () => {
      if (this.#hosts.get(host.name) === host) run();
    });
  }

  #say(sentence: string): void {
    this.#ports.onEvent?.(sentence);
  }
}
