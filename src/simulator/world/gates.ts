/** A time in which a gate is closed, in milliseconds since the epoch. */
export interface Closure {
  readonly from: number;
  /** Undefined: it stays closed. */
  readonly to: number | undefined;
}

/** The conditions outside of the cluster that gates ask about. A gate that nobody has planned is open. */
export class Gates {
  readonly #closures = new Map<string, Closure[]>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Closes a gate for some time, from then on. */
  close(gate: string, closure: Closure): void {
    this.#closures.set(gate, [...this.closures(gate), closure]);
  }

  /** Whether a gate is open now. */
  isOpen(gate: string): boolean {
    const now = this.#now();
    return !this.closures(gate).some(({ from, to }) => from <= now && (to === undefined || now < to));
  }

  closures(gate: string): readonly Closure[] {
    return this.#closures.get(gate) ?? [];
  }

  /** All gates that are closed at some time. */
  get names(): readonly string[] {
    return [...this.#closures.keys()];
  }
}
