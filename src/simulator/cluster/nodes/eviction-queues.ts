import type { SetTimer } from '../../../kube/pause.ts';

/** How soon a queue that may go on does so (ms). */
const PASS_MS = 100;

interface Queue {
  readonly nodes: Set<string>;
  allowedAt: number;
  cancel: (() => void) | undefined;
}

/** What the queues work with. */
export interface EvictionQueuesOptions {
  readonly now: () => number;
  readonly setTimer: SetTimer;
  /** How many nodes of a zone may be tainted (per second). */
  readonly rateOf: (zone: string) => number;
  readonly taint: (node: string) => void;
}

/** Nodes that are to be tainted with NoExecute, zone by zone and not too many at once: their pods are evicted. */
export class EvictionQueues {
  readonly #options: EvictionQueuesOptions;
  readonly #queues = new Map<string, Queue>();

  constructor(options: EvictionQueuesOptions) {
    this.#options = options;
  }

  add(zone: string, node: string): void {
    const queue = this.#queues.get(zone) ?? { nodes: new Set<string>(), allowedAt: 0, cancel: undefined };
    this.#queues.set(zone, queue);
    queue.nodes.add(node);
    this.#arm(zone, queue);
  }

  remove(node: string): void {
    for (const { nodes } of this.#queues.values()) nodes.delete(node);
  }

  /** The rates have changed. */
  reset(): void {
    for (const [zone, queue] of this.#queues) {
      queue.cancel?.();
      queue.cancel = undefined;
      this.#arm(zone, queue);
    }
  }

  stop(): void {
    for (const { cancel } of this.#queues.values()) cancel?.();
    this.#queues.clear();
  }

  #arm(zone: string, queue: Queue): void {
    const { now, setTimer, rateOf, taint } = this.#options;
    const rate = rateOf(zone);
    if (queue.cancel !== undefined || queue.nodes.size === 0 || rate === 0) return;
    queue.cancel = setTimer(Math.max(PASS_MS, queue.allowedAt - now()), () => {
      queue.cancel = undefined;
      const [node] = queue.nodes;
      if (node !== undefined) {
        queue.nodes.delete(node);
        queue.allowedAt = now() + 1000 / rate;
        taint(node);
      }
      this.#arm(zone, queue);
    });
  }
}
