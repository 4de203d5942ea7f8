interface Planned {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

/** Virtual time: what is planned happens in its order, and nothing else takes time. */
export class Timeline {
  #now: number;
  #order = 0;
  /** Sorted, the next one last. */
  readonly #planned: Planned[] = [];

  constructor(start: number) {
    this.#now = start;
  }

  get now(): number {
    return this.#now;
  }

  /** When the next thing happens; undefined when nothing is planned. */
  get nextAt(): number | undefined {
    return this.#planned.at(-1)?.at;
  }

  /** Plans something for so many milliseconds from now. */
  after(ms: number, run: () => void): void {
    const planned = { at: this.#now + Math.max(0, Math.round(ms)), order: this.#order++, run };
    let low = 0;
    let high = this.#planned.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.#planned[middle]!;
      if (other.at > planned.at || (other.at === planned.at && other.order > planned.order)) low = middle + 1;
      else high = middle;
    }
    this.#planned.splice(low, 0, planned);
  }

  /** Goes to the next thing that is planned and lets it happen. */
  step(): void {
    const planned = this.#planned.pop();
    if (planned === undefined) return;
    this.#now = planned.at;
    planned.run();
  }

  /** Goes to an instant before the next thing. */
  goTo(instant: number): void {
    this.#now = Math.max(this.#now, instant);
  }
}
