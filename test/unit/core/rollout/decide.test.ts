import process from 'node:process';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Command } from '../../../../src/core/rollout/model/command.ts';
import { decide } from '../../../../src/core/rollout/decide.ts';
import type { DecisionInput } from '../../../../src/core/rollout/model/snapshot.ts';
import { apply } from './simulation/apply.ts';
import { freshMemory, observe, type Memory } from './simulation/observe.ts';
import { playScenario } from './simulation/run.ts';
import { makeScenario } from './simulation/scenario.ts';
import type { World } from './simulation/world.ts';
import { SETTINGS } from './support/facts.ts';
import { hash } from './support/objects.ts';

/** A moment of a simulated run, as an operator that has just started finds it. */
interface Moment {
  readonly world: World;
  readonly memory: Memory;
  readonly input: DecisionInput;
}

function momentOf(seed: number, steps: number): Moment | undefined {
  const scenario = makeScenario(seed);
  const run = playScenario(scenario);
  for (let i = 0; i < steps && run.next().done !== true; i++);
  const { world } = scenario;
  const memory = freshMemory(world.now);
  const snapshot = observe(world, memory);
  return snapshot === undefined ? undefined : { world, memory, input: { snapshot, now: world.now, settings: SETTINGS, hash } };
}

/** Checks something at many moments of many runs. */
function always(check: (moment: Moment) => void): void {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e6 }), fc.nat(300), (seed, steps) => {
      const moment = momentOf(seed, steps);
      if (moment !== undefined) check(moment);
    }),
    // The same moments each time, so that a run judges the change and not the day; SIMULATION_SEED draws others.
    { numRuns: 50, seed: Number(process.env['SIMULATION_SEED'] ?? 1) },
  );
}

function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  const inner = value instanceof Map || value instanceof Set ? [...value.values()] : Object.values(value);
  inner.forEach(freeze);
  return value;
}

/** Commands with preconditions. */
const GUARDED = new Set<Command['kind']>(['OpenTurn', 'CloseTurn', 'Cordon', 'Quarantine', 'EndQuarantine', 'PassBaton']);

/** What a stale command could spoil: who is claimed, cordoned or quarantined, what runs, who holds the baton. */
function stateOf({ nodes, jobs, batches, lease, plan }: World): unknown {
  const held = [...nodes.values()].map(({ resourceVersion: _version, ...node }) => node);
  const baton =
    lease === undefined ? undefined : { holder: lease.holder, transitions: lease.transitions, receipts: lease.receipts };
  return structuredClone([held, [...jobs.keys()], [...batches.keys()], baton, plan?.metadata.finalizers]);
}

describe('A decision', () => {
  it('is the same for the same snapshot and time', () => {
    always(({ input }) => {
      expect(decide({ ...input, snapshot: structuredClone(input.snapshot) })).toEqual(decide(input));
    });
  });

  it('does not modify its input', () => {
    always(({ input }) => {
      freeze(input.snapshot);
      expect(() => decide(input)).not.toThrow();
    });
  });

  it('explains each command', () => {
    always(({ input }) => {
      expect(decide(input).commands.filter((command) => command.why.trim() === '')).toEqual([]);
    });
  });

  it('never requeues in the past', () => {
    always(({ input }) => {
      expect(decide(input).requeueAt ?? input.now).toBeGreaterThanOrEqual(input.now);
    });
  });
});

describe('Commands', () => {
  it('change nothing when they run a second time', () => {
    always(({ world, memory, input }) => {
      const { commands } = decide(input);
      for (const command of commands) apply(world, memory, command);
      const before = stateOf(world);
      for (const command of commands) apply(world, memory, command);
      expect(stateOf(world)).toEqual(before);
    });
  });

  it('of a stale snapshot are rejected where they claim, release, quarantine or pass the baton', () => {
    always(({ world, memory, input }) => {
      const { commands } = decide(input);
      for (const command of commands) apply(world, memory, command);
      const stale = commands.filter((command) => GUARDED.has(command.kind));
      expect(stale.map((command) => apply(world, memory, command))).toEqual(stale.map(() => 'Refused'));
    });
  });
});
