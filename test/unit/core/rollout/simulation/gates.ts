import { GATE_INTERVAL_MS } from '../../../../../src/core/rollout/holds/gate.ts';
import type { Memory } from './observe.ts';
import type { World } from './world.ts';

/** Makes a gate open and close for a while; in the end it stays open. */
export function planGate(world: World, name: string): void {
  const { random } = world;
  world.openGates.delete(name);
  if (random.chance(0.7)) world.openGates.add(name);
  const flips = random.between(0, 6);
  let after = 0;
  for (let i = 0; i <= flips; i++) {
    after += random.between(1, 600) * 1000;
    world.time.after(after, () => {
      const open = i === flips || !world.openGates.has(name);
      if (open) world.openGates.add(name);
      else world.openGates.delete(name);
      world.say(() => `the gate ${name} is ${open ? 'open' : 'closed'}`);
      // Nobody tells the operator; but the run is not over.
      world.changedAt = world.now;
    });
  }
}

/** Asks gates as the operator's loops do: each by itself, at its own pace, until it is not wanted any more. */
export class GateAsker {
  readonly #world: World;
  readonly #memory: Memory;
  #wanted: ReadonlySet<string> = new Set();
  #stopped = false;

  constructor(world: World, memory: Memory) {
    this.#world = world;
    this.#memory = memory;
  }

  /** These gates from now on, and no others. */
  want(names: readonly string[]): void {
    const before = this.#wanted;
    this.#wanted = new Set(names);
    for (const name of before) if (!this.#wanted.has(name)) this.#memory.gates.delete(name);
    for (const name of names) if (!before.has(name)) this.#ask(name, this.#world.random.between(1, 2000));
  }

  /** The operator was killed. */
  stop(): void {
    this.#stopped = true;
  }

  #ask(name: string, afterMs: number): void {
    const world = this.#world;
    world.time.after(afterMs, () => {
      if (this.#stopped || !this.#wanted.has(name) || world.plan === undefined) return;
      const open = world.openGates.has(name);
      const before = this.#memory.gates.get(name);
      const closedTime = open ? before?.closedTime : world.now;
      const seen = { open, value: undefined, threshold: undefined, message: open ? undefined : 'shut', observedTime: world.now };
      this.#memory.gates.set(name, { ...seen, closedTime });
      if (before?.open !== open) world.dirty = true;
      this.#ask(name, GATE_INTERVAL_MS + world.random.between(-3000, 3000));
    });
  }
}
