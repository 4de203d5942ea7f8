import process from 'node:process';
import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Command } from '../../../../src/core/rollout/model/command.ts';
import { decide } from '../../../../src/core/rollout/decide.ts';
import type { Decision } from '../../../../src/core/rollout/model/decision.ts';
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

/** What decisions at one moment do. Each is examined once, because the run before it takes most of the time. */
interface Finding {
  readonly seed: number;
  readonly steps: number;
  readonly decision: Decision;
  readonly again: Decision;
  readonly now: number;
  /** What the decision throws when its input is frozen. */
  readonly writes: unknown;
  /** The results of guarded commands that are applied a second time. */
  readonly stale: readonly unknown[];
  readonly once: unknown;
  readonly twice: unknown;
}

function examine(seed: number, steps: number): Finding | undefined {
  const moment = momentOf(seed, steps);
  if (moment === undefined) return undefined;
  const { world, memory, input } = moment;
  const again = decide({ ...input, snapshot: structuredClone(input.snapshot) });
  freeze(input.snapshot);
  const { decision, writes } = decideFrozen(input);
  for (const command of decision.commands) apply(world, memory, command);
  const once = stateOf(world);
  const stale = decision.commands.filter((command) => GUARDED.has(command.kind)).map((command) => apply(world, memory, command));
  for (const command of decision.commands) apply(world, memory, command);
  return { seed, steps, decision, again, now: input.now, writes, stale, once, twice: stateOf(world) };
}

function decideFrozen(input: DecisionInput): { readonly decision: Decision; readonly writes: unknown } {
  try {
    return { decision: decide(input), writes: undefined };
  } catch (error) {
    return { decision: decide({ ...input, snapshot: structuredClone(input.snapshot) }), writes: error };
  }
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

// The same moments each time, so that a run judges the change and not the day; SIMULATION_SEED draws others.
const MOMENTS = fc.sample(fc.tuple(fc.integer({ min: 1, max: 1e6 }), fc.nat(300)), {
  numRuns: 50,
  seed: Number(process.env['SIMULATION_SEED'] ?? 1),
});
const findings: Finding[] = [];

beforeAll(() => {
  for (const [seed, steps] of MOMENTS) {
    const finding = examine(seed, steps);
    if (finding !== undefined) findings.push(finding);
  }
}, 600_000);

/** The moments at which something does not hold, by which a run can be repeated. */
function momentsAgainst(holds: (finding: Finding) => boolean): readonly string[] {
  return findings.filter((finding) => !holds(finding)).map(({ seed, steps }) => `seed ${seed}, after ${steps} steps`);
}

/** Clones are of another realm in jest, so only `expect` compares them as plain objects. */
function equal(left: unknown, right: unknown): boolean {
  try {
    expect(left).toEqual(right);
    return true;
  } catch {
    return false;
  }
}

describe('A decision', () => {
  it('is examined at enough moments', () => {
    expect(findings.length).toBeGreaterThan(30);
  });

  it('is the same for the same snapshot and time', () => {
    expect(momentsAgainst(({ decision, again }) => equal(decision, again))).toEqual([]);
  });

  it('does not modify its input', () => {
    expect(momentsAgainst(({ writes }) => writes === undefined)).toEqual([]);
  });

  it('explains each command', () => {
    expect(momentsAgainst(({ decision }) => decision.commands.every((command) => command.why.trim() !== ''))).toEqual([]);
  });

  it('never requeues in the past', () => {
    expect(momentsAgainst(({ decision, now }) => (decision.requeueAt ?? now) >= now)).toEqual([]);
  });
});

describe('Commands', () => {
  it('change nothing when they run a second time', () => {
    expect(momentsAgainst(({ once, twice }) => equal(once, twice))).toEqual([]);
  });

  it('of a stale snapshot are rejected where they claim, release, quarantine or pass the baton', () => {
    expect(findings.flatMap(({ stale }) => stale).length).toBeGreaterThan(0);
    expect(momentsAgainst(({ stale }) => stale.every((result) => result === 'Refused'))).toEqual([]);
  });
});
