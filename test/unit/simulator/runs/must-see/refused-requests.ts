import {
  refusal,
  refusedRequest,
  type RefusalName,
  type RefusedRequest,
} from '../../../../../src/simulator/api-server/refusals.ts';
import { reliableNetwork, type Network, type OutgoingRequest } from '../../../../../src/simulator/process/network.ts';
import { seededRandom } from '../../../../../src/simulator/time/random.ts';
import type { Simulation } from '../../../../../src/simulator/simulation.ts';

/** A request that may be refused. */
export interface Asked extends RefusedRequest {
  readonly from: string;
  readonly method: string;
  readonly path: string;
  readonly isWatch: boolean;
}

/** Refuses some requests of Baton's programs, as the API server does, and notes when. */
export class RefusedRequests {
  /** When each request was refused, in milliseconds since the epoch. */
  readonly times: number[] = [];
  readonly #name: RefusalName;
  readonly #isRefused: (asked: Asked) => boolean;

  constructor(name: RefusalName, isRefused: (asked: Asked) => boolean) {
    this.#name = name;
    this.#isRefused = isRefused;
  }

  /** The network for {@link Stage.open}. */
  readonly network = ({ time }: Simulation): Network => {
    const base = reliableNetwork(seededRandom(1), 1, 20);
    return {
      request: (outgoing) => {
        const asked = { ...refusedRequest(outgoing.request), ...aboutRequest(outgoing) };
        if (!this.#isRefused(asked)) return base.request(outgoing);
        this.times.push(time.now());
        return { kind: 'Refused', afterMs: 10, answer: refusal(this.#name, asked) };
      },
      line: (outgoing, line) => base.line(outgoing, line),
    };
  };
}

function aboutRequest({ request: { method, path }, from, watch }: OutgoingRequest): Omit<Asked, keyof RefusedRequest> {
  return { method, path, from, isWatch: watch };
}
