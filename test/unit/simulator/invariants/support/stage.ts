import { InvariantChecker } from '../../../../../src/simulator/invariants/check-invariants.ts';
import { INVARIANTS } from '../../../../../src/simulator/invariants/all-invariants.ts';
import type { Change, ObservedGate, ObservedHost, ObservedMessage } from '../../../../../src/simulator/invariants/observation.ts';
import { START } from '../../../core/rollout/support/objects.ts';

/** How long programs may act on what was true before (ms), in these tests. */
export const REACTION_MS = 5000;

type Stored<Kind extends Change['kind']> = NonNullable<Extract<Change, { kind: Kind }>['after']>;

/** A cluster of a few objects, made by hand, in which one invariant is checked. */
export class Stage {
  hosts: ObservedHost[] = [];
  messages: ObservedMessage[] = [];
  gates: ObservedGate[] = [];
  #now = START;
  readonly #checker: InvariantChecker;
  readonly #objects = new Map<string, unknown>();

  constructor(invariant: string) {
    this.#checker = new InvariantChecker({
      now: () => this.#now,
      world: { hosts: () => this.hosts, messages: () => this.messages, gates: () => this.gates },
      reactionMs: REACTION_MS,
      invariants: INVARIANTS.filter(({ name }) => name === invariant),
    });
  }

  get now(): number {
    return this.#now;
  }

  /** Stores an object. */
  put<Kind extends Change['kind']>(kind: Kind, after: Stored<Kind>): void {
    const key = `${kind}/${uidOf(after)}`;
    const before = this.#objects.get(key);
    this.#objects.set(key, after);
    this.#checker.stored({ kind, before, after } as Change);
  }

  /** Removes an object. */
  remove<Kind extends Change['kind']>(kind: Kind, before: Stored<Kind>): void {
    this.#objects.delete(`${kind}/${uidOf(before)}`);
    this.#checker.stored({ kind, before, after: undefined } as Change);
  }

  /** The operator sends a request. */
  request(
    method: string,
    path: string,
    { status = 200, sent = {}, answer = {}, type = 'application/merge-patch+json' } = {},
  ): void {
    this.#checker.exchanged({
      from: 'operator/1',
      request: { method, path, query: new URLSearchParams(), headers: { 'content-type': type }, body: JSON.stringify(sent) },
      response: { status, headers: {}, body: JSON.stringify(answer) },
    });
  }

  /** Lets time pass (s), after the steps so far were checked. */
  wait(seconds: number): void {
    this.step();
    this.#now += seconds * 1000;
  }

  /** Ends a step. */
  step(versions?: ReadonlyMap<string, string>): void {
    this.#checker.check(versions);
  }

  /** Ends the run. */
  end(): void {
    this.step();
    this.#checker.checkEnd();
  }
}

function uidOf(object: unknown): string {
  const { uid, metadata } = object as { readonly uid?: string; readonly metadata?: { readonly uid: string } };
  return metadata?.uid ?? uid ?? 'the only one';
}
