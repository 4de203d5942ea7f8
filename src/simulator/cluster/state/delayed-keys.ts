import type { SetTimer } from '../../../kube/pause.ts';

/** Calls a function with keys, each at the earliest of the times that were asked for. */
export class DelayedKeys {
  readonly #ports: { readonly now: () => number; readonly setTimer: SetTimer };
  readonly #run: (key: string) => void;
  readonly #waiting = new Map<string, { readonly at: number; readonly cancel: () => void }>();

  constructor(ports: { readonly now: () => number; readonly setTimer: SetTimer }, run: (key: string) => void) {
    this.#ports = ports;
    this.#run = run;
  }

  /** Calls it with a key after a delay (ms), unless that is due earlier anyway. */
  add(key: string, milliseconds: number): void {
    const at = this.#ports.now() + milliseconds;
    const known = this.#waiting.get(key);
    if (known !== undefined && known.at <= at) return;
    known?.cancel();
    const cancel = this.#ports.setTimer(milliseconds, () => {
      this.#waiting.delete(key);
      this.#run(key);
    });
    this.#waiting.set(key, { at, cancel });
  }

  has(key: string): boolean {
    return this.#waiting.has(key);
  }

  /** Forgets a key; false when it was not waiting. */
  cancel(key: string): boolean {
    this.#waiting.get(key)?.cancel();
    return this.#waiting.delete(key);
  }

  stop(): void {
    for (const { cancel } of this.#waiting.values()) cancel();
    this.#waiting.clear();
  }
}
