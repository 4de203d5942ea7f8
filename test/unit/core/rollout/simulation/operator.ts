import { isDeepStrictEqual } from 'node:util';
import type { UpgradeBatchStatus } from '../../../../../src/api/generated/upgradebatch.ts';
import type { Command } from '../../../../../src/core/rollout/model/command.ts';
import { decide } from '../../../../../src/core/rollout/decide.ts';
import type { PlanSnapshot } from '../../../../../src/core/rollout/model/snapshot.ts';
import { SETTINGS } from '../support/facts.ts';
import { hash } from '../support/objects.ts';
import { apply, type Answer } from './apply.ts';
import { GateAsker } from './gates.ts';
import { checkCommand } from './invariants.ts';
import type { Ledger } from './ledger.ts';
import { freshMemory, observe, type Memory } from './observe.ts';
import { checkWorld } from './world-invariants.ts';
import type { World } from './world.ts';

const MIN_INTERVAL_MS = 2000;
const RESYNC_MS = 60_000;

/** How an operator fares. */
export interface OperatorWeather {
  /** Probability that it is killed in a pass. */
  readonly crash: number;
  /** Probability that a pass's commands are sent a second time by a stale twin. */
  readonly twin: number;
}

/** An operator: passes over the plan when something changed, when it has asked to look again, and once a minute. */
export class Operator {
  readonly #world: World;
  readonly #ledger: Ledger;
  readonly #weather: OperatorWeather;
  #memory: Memory;
  #gates: GateAsker;
  /** When it looks again although nothing changes. */
  wakeAt: number;
  passes = 0;

  constructor(world: World, ledger: Ledger, weather: OperatorWeather) {
    this.#world = world;
    this.#ledger = ledger;
    this.#weather = weather;
    this.#memory = freshMemory(world.now);
    this.#gates = new GateAsker(world, this.#memory);
    this.wakeAt = world.now;
  }

  /** One pass: observe, decide, act, report; unless it is killed before it has ended. */
  pass(): void {
    const world = this.#world;
    world.dirty = false;
    this.passes += 1;
    this.wakeAt = world.now + RESYNC_MS;
    const snapshot = observe(world, this.#memory);
    if (snapshot === undefined) return;
    const input = { snapshot, now: world.now, settings: SETTINGS, hash };
    const decision = decide(input);
    if (decision.requeueAt !== undefined) this.wakeAt = Math.min(this.wakeAt, Math.max(decision.requeueAt, world.now + 200));
    const { commands } = decision;
    const killed = world.random.chance(this.#weather.crash);
    const carriedOut = killed ? commands.slice(0, world.random.between(0, commands.length)) : commands;
    for (const command of carriedOut) this.#carryOut(snapshot, command, false);
    if (world.random.chance(this.#weather.twin)) for (const command of carriedOut) this.#carryOut(snapshot, command, true);
    if (killed) return this.#restart();
    this.#gates.want(decision.gates);
    for (const [name, status] of decision.batchStatuses) this.#writeBatch(snapshot, name, status);
    const { planStatus } = decision;
    const { plan } = world;
    if (planStatus === undefined || plan?.metadata.resourceVersion !== snapshot.plan.metadata.resourceVersion) return;
    if (!this.#mayWrite(plan.metadata.uid, plan.status, planStatus)) return;
    if (plan.status?.reason !== planStatus.reason)
      world.say(() => `the plan is ${planStatus.summary ?? ''} (${planStatus.reason ?? ''})`);
    world.plan = { ...plan, metadata: { ...plan.metadata, resourceVersion: world.fresh('rv') }, status: planStatus };
    world.touch();
  }

  /** Killed and started again: what was only in its memory is gone. */
  #restart(): void {
    const downMs = this.#world.random.between(100, 20_000);
    this.#world.say(() => `the operator is killed; it is back in ${Math.round(downMs / 1000)} s`);
    this.#memory = freshMemory(this.#world.now + downMs);
    this.#gates.stop();
    this.#gates = new GateAsker(this.#world, this.#memory);
    this.wakeAt = this.#world.now + downMs;
    this.notBefore = this.wakeAt;
  }

  /** It does not run before this instant. */
  notBefore = 0;

  #carryOut(snapshot: PlanSnapshot, command: Command, twin: boolean): void {
    const world = this.#world;
    if (!twin) checkCommand(world, this.#ledger, snapshot, command);
    const answer: Answer = apply(world, this.#memory, command);
    if (answer === 'Applied' && command.kind !== 'DeleteAgentPod') {
      world.say(() => `${command.kind}${subjectOf(command)}: ${command.why}${twin ? ' (twin)' : ''}`);
    }
    checkWorld(world, this.#ledger);
  }

  #writeBatch(snapshot: PlanSnapshot, name: string, status: UpgradeBatchStatus): void {
    const world = this.#world;
    const batch = world.batches.get(name);
    const seen = snapshot.batches.find((other) => other.metadata.name === name);
    if (batch === undefined || batch.metadata.resourceVersion !== seen?.metadata.resourceVersion) return;
    if (!this.#mayWrite(batch.metadata.uid, batch.status, status)) return;
    world.batches.set(name, { ...batch, metadata: { ...batch.metadata, resourceVersion: world.fresh('rv') }, status });
    world.touch();
    checkWorld(world, this.#ledger);
  }

  /** Statuses are written when they differ, each at most every two seconds; what has to wait is derived again then. */
  #mayWrite(uid: string, before: object | undefined, wanted: object): boolean {
    if (isDeepStrictEqual(before, wanted)) return false;
    const { now } = this.#world;
    const allowedAt = (this.#memory.statusWrittenAt.get(uid) ?? -Infinity) + MIN_INTERVAL_MS;
    if (now < allowedAt) {
      this.wakeAt = Math.min(this.wakeAt, allowedAt);
      return false;
    }
    this.#memory.statusWrittenAt.set(uid, now);
    return true;
  }
}

function subjectOf(command: Command): string {
  if (command.kind === 'PassBaton') return ` to ${command.to.node}`;
  if (!('node' in command)) return '';
  return ` ${typeof command.node === 'string' ? command.node : command.node.name}`;
}
