import type { SetTimer } from '../../kube/pause.ts';
import type { Identity } from '../api-server/access/caller.ts';
import type { ApiServer } from '../api-server/create-api-server.ts';
import { ApiServerDispatcher } from '../api-server/dispatcher.ts';
import { EmbeddedKubeConfig } from '../api-server/embedded-kube-config.ts';
import type { ApiRequest, ApiResponse } from '../api-server/rest/exchange.ts';
import { hostClock, type HostClock } from '../time/host-clock.ts';
import { seedFor, seededRandom } from '../time/random.ts';
import type { VirtualTime } from '../time/virtual-time.ts';
import type { Network } from './network.ts';
import { networkTransport, type NetworkTransport } from './network-transport.ts';

/** What a program runs on. */
export interface SimulatedProcessOptions {
  /** Unique for each start, for example `operator/1`. */
  readonly name: string;
  readonly seed: number;
  readonly time: VirtualTime;
  readonly server: Pick<ApiServer, 'handle'>;
  readonly network: Network;
  /** Who its requests come from; the administrator unless given. */
  readonly identity?: Identity;
  /** What the host's wall clock shows too much (ms). */
  readonly clockOffsetMs?: () => number;
  /** Sees every request that reaches the server, and its answer. */
  readonly onExchange?: (from: string, request: ApiRequest, response: ApiResponse) => void;
}

/**
 * A running program of Baton: its clock, its timers, and its connection to the API server. JavaScript cannot be stopped from outside, so a
 * killed program stays where it waits: none of its timers fires, none of its requests is sent, and no answer arrives.
 */
export class SimulatedProcess {
  readonly name: string;
  readonly clock: HostClock;
  readonly random: () => number;
  readonly kubeConfig: EmbeddedKubeConfig;
  readonly #time: VirtualTime;
  readonly #transport: NetworkTransport;
  readonly #stop = new AbortController();
  readonly #timers = new Set<() => void>();
  readonly #onKill: (() => void)[] = [];
  #alive = true;

  constructor({ name, seed, time, server, network, identity, clockOffsetMs, onExchange }: SimulatedProcessOptions) {
    this.name = name;
    this.#time = time;
    this.random = seededRandom(seedFor(seed, name));
    const { setTimer } = this;
    this.clock = hostClock({ now: time.now, setTimer, ...(clockOffsetMs === undefined ? {} : { offsetMs: clockOffsetMs }) });
    this.#transport = networkTransport({
      ...{ server, network, setTimer, from: name },
      ...(onExchange === undefined ? {} : { onExchange: (request, response) => onExchange(name, request, response) }),
    });
    this.kubeConfig = new EmbeddedKubeConfig(new ApiServerDispatcher(this.#transport), identity);
  }

  /** A timer that never fires once the program was killed. */
  readonly setTimer: SetTimer = (milliseconds, run) => {
    if (!this.#alive) return () => undefined;
    const cancel = this.#time.setTimer(milliseconds, () => {
      this.#timers.delete(cancel);
      run();
    });
    this.#timers.add(cancel);
    return () => {
      this.#timers.delete(cancel);
      cancel();
    };
  };

  /** Aborted by SIGTERM. */
  get stop(): AbortSignal {
    return this.#stop.signal;
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** Calls the function when the program is killed, or at once when it has been. */
  onKill(run: () => void): void {
    if (this.#alive) this.#onKill.push(run);
    else run();
  }

  /** Sends SIGTERM. */
  terminate(): void {
    if (this.#alive) this.#stop.abort(new Error('The process received SIGTERM.'));
  }

  /** Ends the program at once, as SIGKILL and a power cut do. */
  kill(): void {
    if (!this.#alive) return;
    this.#alive = false;
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
    this.#transport.abandon();
    for (const run of this.#onKill.splice(0)) run();
  }
}
