import { setImmediate as turn } from 'node:timers/promises';

interface Timer {
  readonly due: number;
  readonly fire: () => void;
}

/** A clock that stands still until it is told to go on. */
export class VirtualTime {
  #now = 0;
  readonly #timers = new Set<Timer>();

  readonly now = (): number => this.#now;

  readonly sleep = (milliseconds: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const timer = {
        due: this.#now + milliseconds,
        fire: () => {
          this.#timers.delete(timer);
          signal?.removeEventListener('abort', timer.fire);
          resolve();
        },
      };
      this.#timers.add(timer);
      if (signal?.aborted === true) timer.fire();
      else signal?.addEventListener('abort', timer.fire);
    });

  /** Goes on by some milliseconds, timer by timer, and lets everything run that is due. */
  async advance(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    await settle();
    for (;;) {
      const next = [...this.#timers].sort((one, other) => one.due - other.due)[0];
      if (next === undefined || next.due > end) break;
      this.#now = Math.max(this.#now, next.due);
      next.fire();
      await settle();
    }
    this.#now = end;
  }
}

/** Lets all promises that can go on go on. */
export async function settle(): Promise<void> {
  for (let turns = 0; turns < 3; turns += 1) await turn();
}
