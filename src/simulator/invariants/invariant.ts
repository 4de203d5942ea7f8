import type { Change, Exchange, Observation, ObservedWorld } from './observation.ts';
import type { Ledger } from './ledger.ts';

/** What a check reads. */
export interface Scene {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly observation: Observation;
  readonly ledger: Ledger;
  readonly world: ObservedWorld;
  /**
   * How long a program may act on what was true before (ms): the time in which changes reach it, it decides, and its write arrives. What
   * holds for less is held against nobody.
   */
  readonly reactionMs: number;
}

/** Something that must hold. Its checks return a sentence that says what is wrong, or undefined. */
export interface Invariant {
  /** The number of the invariant in the design. */
  readonly number: number;
  /** Identifies it in errors, documents and tests. */
  readonly name: string;
  /** Checked when a write is stored. The observation contains it already. */
  readonly onChange?: (scene: Scene, change: Change) => string | undefined;
  /** Checked for every request that reached the API server. */
  readonly onExchange?: (scene: Scene, exchange: Exchange) => string | undefined;
  /** Checked after every step in which something was stored. */
  readonly onStep?: (scene: Scene) => string | undefined;
  /** Checked once at the end of a run. */
  readonly atEnd?: (scene: Scene) => string | undefined;
}

/** An invariant does not hold. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError';
  /** Name of the invariant. */
  readonly invariant: string;

  constructor({ number, name }: Pick<Invariant, 'number' | 'name'>, sentence: string, now: number) {
    super(`Invariant ${number} (${name}) is broken at ${new Date(now).toISOString()}: ${sentence}`);
    this.invariant = name;
  }
}
