import { INVARIANTS } from './all-invariants.ts';
import { InvariantError, type Invariant, type Scene } from './invariant.ts';
import { newLedger, remember, rememberWorld } from './ledger.ts';
import type { Change, Exchange, Observation, ObservedWorld } from './observation.ts';
import { ObservedObjects } from './observed-objects.ts';
import { rememberExchange } from './write-invariants.ts';

/** What a checker is made from. */
export interface CheckerOptions {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly world: ObservedWorld;
  /** How long programs may act on what was true before (ms). */
  readonly reactionMs: number;
  /** Names of invariants that are not checked, because it is known that they do not hold. */
  readonly except?: ReadonlySet<string>;
  /** By default all. */
  readonly invariants?: readonly Invariant[];
}

/**
 * Checks every invariant while a simulation runs. What is found wrong within a write is kept until {@link check}, because whoever writes
 * must not receive the error.
 */
export class InvariantChecker {
  readonly #options: CheckerOptions;
  readonly #invariants: readonly Invariant[];
  readonly #objects = new ObservedObjects();
  readonly #ledger = newLedger();
  #found: InvariantError | undefined;
  #changed = false;
  #checks = 0;

  constructor(options: CheckerOptions) {
    this.#options = options;
    this.#invariants = (options.invariants ?? INVARIANTS).filter(({ name }) => options.except?.has(name) !== true);
  }

  /** What is stored, as the checks see it. */
  get observation(): Observation {
    return this.#objects;
  }

  /** How many checks were made. */
  get checks(): number {
    return this.#checks;
  }

  /** A write was stored. */
  stored(change: Change): void {
    this.#objects.apply(change);
    this.#changed = true;
    const scene = this.#scene();
    this.#each((invariant) => invariant.onChange?.(scene, change));
    remember(this.#ledger, this.#objects, change, scene.now);
  }

  /** A request reached the API server and was answered. */
  exchanged(exchange: Exchange): void {
    const scene = this.#scene();
    rememberExchange(this.#ledger, exchange, scene.now);
    this.#each((invariant) => invariant.onExchange?.(scene, exchange));
  }

  /**
   * Ends a step.
   *
   * @param versions resourceVersions of the objects that were written in it, by UID.
   * @throws InvariantError when an invariant does not hold.
   */
  check(versions: ReadonlyMap<string, string> = new Map()): void {
    const isDue = this.#changed;
    const scene = this.#scene();
    this.#changed = false;
    for (const [uid, version] of versions) this.#ledger.versions.set(uid, version);
    if (isDue) {
      this.#each((invariant) => invariant.onStep?.(scene));
      rememberWorld(this.#ledger, this.#options.world, scene.now);
    }
    this.#throwFound();
  }

  /** Checks what must hold when a run has ended. @throws InvariantError */
  checkEnd(): void {
    const scene = this.#scene();
    this.#each((invariant) => invariant.onStep?.(scene));
    this.#each((invariant) => invariant.atEnd?.(scene));
    this.#throwFound();
  }

  #scene(): Scene {
    const { now, world, reactionMs } = this.#options;
    return { now: now(), observation: this.#objects, ledger: this.#ledger, world, reactionMs };
  }

  // Only the first is kept: what follows from it says less.
  #each(check: (invariant: Invariant) => string | undefined): void {
    for (const invariant of this.#invariants) {
      this.#checks += 1;
      const sentence = check(invariant);
      if (sentence !== undefined) this.#found ??= new InvariantError(invariant, sentence, this.#options.now());
    }
  }

  #throwFound(): void {
    if (this.#found !== undefined) throw this.#found;
  }
}
