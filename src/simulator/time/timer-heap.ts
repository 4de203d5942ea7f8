/** A timer that has not fired. */
export interface Timer {
  /** When it fires, in milliseconds since the epoch. */
  readonly at: number;
  /** Timers of the same time fire in this order. */
  readonly order: number;
  readonly run: () => void;
  cancelled: boolean;
}

/** Timers, the earliest first: a binary heap. Cancelled timers stay in it until they would fire. */
export class TimerHeap {
  readonly #timers: Timer[] = [];

  push(timer: Timer): void {
    const timers = this.#timers;
    let index = timers.push(timer) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.#isBefore(index, parent)) return;
      this.#swap(index, parent);
      index = parent;
    }
  }

  /** The earliest timer that is not cancelled. */
  peek(): Timer | undefined {
    for (let first = this.#timers[0]; first?.cancelled === true; first = this.#timers[0]) this.#shift();
    return this.#timers[0];
  }

  /** Removes and returns the earliest timer that is not cancelled. */
  pop(): Timer | undefined {
    const first = this.peek();
    if (first !== undefined) this.#shift();
    return first;
  }

  #shift(): void {
    const timers = this.#timers;
    const last = timers.pop();
    if (last === undefined || timers.length === 0) return;
    timers[0] = last;
    for (let index = 0; ;) {
      let least = index;
      for (const child of [2 * index + 1, 2 * index + 2]) {
        if (child < timers.length && this.#isBefore(child, least)) least = child;
      }
      if (least === index) return;
      this.#swap(index, least);
      index = least;
    }
  }

  #isBefore(left: number, right: number): boolean {
    const [a, b] = [this.#timers[left], this.#timers[right]];
    if (a === undefined || b === undefined) return false;
    return a.at < b.at || (a.at === b.at && a.order < b.order);
  }

  #swap(left: number, right: number): void {
    const [a, b] = [this.#timers[left], this.#timers[right]];
    if (a === undefined || b === undefined) return;
    this.#timers[left] = b;
    this.#timers[right] = a;
  }
}
