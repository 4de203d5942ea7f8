import type { FaultRates } from '../../src/simulator/faults/fault-source.ts';
import type { Schedule } from '../../src/simulator/faults/schedule.ts';

/** A change of a plan's spec in mid-run. */
export interface PlanEdit {
  /** Milliseconds from the start of the run. */
  readonly atMs: number;
  /** Name of the plan. */
  readonly plan: string;
  /** The whole spec from then on. */
  readonly spec: Readonly<Record<string, unknown>>;
}

/** What to run. */
export interface RunRequest {
  /** Name of the scenario: which nodes there are, which plans, and what their upgrades come to. */
  readonly scenario: string;
  readonly seed: number;
  readonly schedule: Schedule;
  /** Faults at random, in addition to the schedule. */
  readonly rates?: FaultRates;
  readonly edits?: readonly PlanEdit[];
}

/** A write of the operator, as a point for faults. */
export interface WritePoint {
  readonly atMs: number;
  /** The newest resourceVersion after it. */
  readonly version: number;
  /** For example `PATCH nodes`. */
  readonly what: string;
}

/** What a run came to. */
export interface RunResult {
  /** The sentence of the first invariant that did not hold, or of what else went wrong; undefined: nothing. */
  readonly failure: string | undefined;
  /** What is left in the end, line by line, without times, names and UIDs that differ between runs. */
  readonly end: readonly string[];
  /** How often something was created, deleted or evicted, by kind: `created Job`, `evicted Pod`. */
  readonly counts: Readonly<Record<string, number>>;
  /** The operator's writes in their order. */
  readonly writes: readonly WritePoint[];
  /** How many events of watches the operator received. */
  readonly events: number;
  /** Everything that was injected. */
  readonly injected: Schedule;
  readonly steps: number;
  readonly checks: number;
  /** Virtual time from the start to the last change (ms). */
  readonly endedAtMs: number;
  /** What happened, for people. */
  readonly transcript: readonly string[];
}

/** Runs one simulation. */
export type Run = (request: RunRequest) => Promise<RunResult>;
