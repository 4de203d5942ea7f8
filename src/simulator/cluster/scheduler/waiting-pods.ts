/** kube-scheduler's podInitialBackoff and podMaxBackoff (ms). */
const BACKOFF = { first: 1000, most: 10_000 };

interface Waiting {
  readonly names: readonly string[] | undefined;
  readonly attempts: number;
  readonly since: number;
}

/** Pods that fit no node, by the nodes that they are pinned to. */
export class WaitingPods {
  readonly #pods = new Map<string, Waiting>();
  readonly #byNode = new Map<string, Set<string>>();
  readonly #anywhere = new Set<string>();

  has(key: string): boolean {
    return this.#pods.has(key);
  }

  /** @param names the only nodes that the pod can go to; undefined for any. */
  add(key: string, names: readonly string[] | undefined, now: number): void {
    const attempts = (this.#pods.get(key)?.attempts ?? 0) + 1;
    this.forget(key);
    this.#pods.set(key, { names, attempts, since: now });
    if (names === undefined) this.#anywhere.add(key);
    for (const name of names ?? []) {
      const keys = this.#byNode.get(name) ?? new Set<string>();
      keys.add(key);
      this.#byNode.set(name, keys);
    }
  }

  forget(key: string): void {
    const waiting = this.#pods.get(key);
    if (waiting === undefined) return;
    this.#pods.delete(key);
    this.#anywhere.delete(key);
    for (const name of waiting.names ?? []) {
      const keys = this.#byNode.get(name);
      keys?.delete(key);
      if (keys?.size === 0) this.#byNode.delete(name);
    }
  }

  /** The pods that a change of a node may help. */
  concernedBy(node: string): readonly string[] {
    return [...(this.#byNode.get(node) ?? []), ...this.#anywhere];
  }

  /** How long a pod still waits before it is tried again (ms). */
  backoffMs(key: string, now: number): number {
    const waiting = this.#pods.get(key);
    if (waiting === undefined) return 0;
    const backoff = Math.min(BACKOFF.most, BACKOFF.first * 2 ** (waiting.attempts - 1));
    return Math.max(0, waiting.since + backoff - now);
  }
}
