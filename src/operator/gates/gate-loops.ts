import type { Log } from '../../api/log.ts';
import type { Gate, UpgradePlan } from '../../api/generated/upgradeplan.ts';
import { GATE_INTERVAL_MS } from '../../core/rollout/holds/gate.ts';
import type { GateObservation } from '../../core/rollout/model/facts.ts';
import { startDeadline } from '../../timers/deadline.ts';
import { pause, type SetTimer, type Sleep } from '../../kube/pause.ts';
import { planKey } from '../plan-key.ts';
import { closedBecause, type Probe, type Observation } from './observation.ts';

/** The probe of each kind of gate. */
export type Probes = Readonly<Record<'prometheus' | 'http' | 'object' | 'job', Probe>>;

/** What the loops need. */
export interface GateLoopsDeps {
  readonly probes: Probes;
  readonly now: () => number;
  readonly random: () => number;
  readonly sleep: Sleep;
  /** Measures the timeouts of evaluations. */
  readonly setTimer: SetTimer;
  readonly log: Log;
  /** Called when a gate of the plan has been evaluated for the first time, opened, closed, or closed for another reason. */
  readonly enqueue: (plan: string) => void;
}

interface Loop {
  readonly gate: Gate;
  /** The latest version of the plan. The loop continues while the gate itself does not change. */
  plan: UpgradePlan;
  readonly definition: string;
  readonly stop: AbortController;
  last: GateObservation | undefined;
  ended: Promise<void>;
}

/**
 * Evaluates gates, each in its own loop, so that a slow server delays neither a pass nor the gates of another plan. The next pass reads the
 * observations. Only the gates that a decision needs are evaluated.
 */
export class GateLoops {
  readonly #deps: GateLoopsDeps;
  readonly #plans = new Map<string, Map<string, Loop>>();

  constructor(deps: GateLoopsDeps) {
    this.#deps = deps;
  }

  /** Sets which gates of the plan are evaluated from now on. */
  setWanted(plan: UpgradePlan, names: readonly string[]): void {
    const key = planKey(plan.metadata.namespace, plan.metadata.name);
    const loops = this.#plans.get(key) ?? new Map<string, Loop>();
    const gates = (plan.spec.gates ?? []).filter((gate) => names.includes(gate.name));
    const wanted = new Map(gates.map((gate) => [gate.name, definitionOf(plan, gate)]));
    for (const [name, loop] of loops) {
      if (wanted.get(name) === loop.definition) loop.plan = plan;
      else {
        loops.delete(name);
        this.#stopLoop(loop);
      }
    }
    for (const gate of gates) {
      if (!loops.has(gate.name)) loops.set(gate.name, this.#start(key, plan, gate));
    }
    if (loops.size === 0) this.#plans.delete(key);
    else this.#plans.set(key, loops);
  }

  /** The latest observations of a plan's gates, by name. */
  observations(key: string): ReadonlyMap<string, GateObservation> {
    const loops = [...(this.#plans.get(key) ?? [])];
    return new Map(loops.flatMap(([name, { last }]) => (last === undefined ? [] : [[name, last] as const])));
  }

  /** Stops evaluating the gates of a plan that was deleted or is idle. */
  release(key: string): void {
    for (const loop of this.#plans.get(key)?.values() ?? []) this.#stopLoop(loop);
    this.#plans.delete(key);
  }

  /** Stops all loops. Leaves the Jobs of gates for the next operator. */
  async stop(): Promise<void> {
    const loops = [...this.#plans.values()].flatMap((each) => [...each.values()]);
    this.#plans.clear();
    for (const loop of loops) loop.stop.abort();
    await Promise.all(loops.map((loop) => loop.ended));
  }

  #start(key: string, plan: UpgradePlan, gate: Gate): Loop {
    const definition = definitionOf(plan, gate);
    const loop: Loop = { gate, plan, definition, stop: new AbortController(), last: undefined, ended: Promise.resolve() };
    loop.ended = this.#run(key, loop).catch((error: unknown) => {
      this.#deps.log.error('A gate is no longer evaluated: restart the operator', { ...fieldsOf(loop), error });
    });
    return loop;
  }

  #stopLoop(loop: Loop): void {
    loop.stop.abort();
    const cleanedUp = loop.ended.then(() => probeOf(this.#deps.probes, loop.gate).cleanUp?.(loop.plan, loop.gate));
    cleanedUp.catch((error: unknown) => {
      this.#deps.log.warn('Cleanup of a gate failed', { ...fieldsOf(loop), error });
    });
  }

  async #run(key: string, loop: Loop): Promise<void> {
    const { sleep, random } = this.#deps;
    const { signal } = loop.stop;
    while (!signal.aborted) {
      this.#record(key, loop, await this.#evaluate(loop));
      await pause(sleep, GATE_INTERVAL_MS * (0.8 + 0.4 * random()), signal);
    }
  }

  #record(key: string, loop: Loop, { open, value, threshold, message }: Observation): void {
    if (loop.stop.signal.aborted) return;
    const { now, log, enqueue } = this.#deps;
    const before = loop.last;
    const observedTime = now();
    const closedTime = open ? before?.closedTime : observedTime;
    loop.last = { open, value, threshold, message, observedTime, closedTime };
    if (before?.open === open && before.message === message) return;
    const fields = { ...fieldsOf(loop), value, threshold, reason: message };
    log.info(open ? 'A gate is open' : 'A gate is closed', fields);
    enqueue(key);
  }

  /** Evaluates a gate once, within its timeout even if the probe hangs. A gate whose evaluation fails is closed. */
  async #evaluate(loop: Loop): Promise<Observation> {
    const { plan, gate, stop } = loop;
    // The timeout of a Job gate is the deadline of its Job. Reading the Job has a timeout of its own.
    const seconds = gate.job === undefined ? gate.timeoutSeconds : READ_JOB_TIMEOUT_SECONDS;
    const deadline = startDeadline(seconds * 1000, stop.signal, this.#deps.setTimer);
    const { promise: timedOut, resolve } = Promise.withResolvers<Observation>();
    deadline.signal.addEventListener('abort', () => resolve(closedBecause(`no answer within ${seconds} s`)), { once: true });
    try {
      return await Promise.race([probeOf(this.#deps.probes, gate).evaluate(plan, gate, deadline.signal), timedOut]);
    } catch (error) {
      this.#deps.log.warn('Evaluating a gate failed', { ...fieldsOf(loop), error });
      return closedBecause(error instanceof Error ? error.message : 'its evaluation failed');
    } finally {
      deadline.dispose();
    }
  }
}

const READ_JOB_TIMEOUT_SECONDS = 30;

/** What a loop evaluates. A gate with another definition gets another loop. */
function definitionOf(plan: UpgradePlan, gate: Gate): string {
  return JSON.stringify([plan.metadata.uid, gate, gate.job === undefined ? '' : plan.spec.version]);
}

function probeOf(probes: Probes, gate: Gate): Probe {
  if (gate.prometheus !== undefined) return probes.prometheus;
  if (gate.http !== undefined) return probes.http;
  return gate.object === undefined ? probes.job : probes.object;
}

/** The fields that name a gate in a log line. */
function fieldsOf({ plan: { metadata }, gate }: Loop): object {
  return { namespace: metadata.namespace, plan: metadata.name, gate: gate.name };
}
