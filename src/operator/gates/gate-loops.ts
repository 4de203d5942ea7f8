import type { Log } from '../../api/log.ts';
import type { Gate, UpgradePlan } from '../../api/generated/upgradeplan.ts';
import { GATE_INTERVAL_MS } from '../../core/rollout/holds/gate.ts';
import type { GateObservation } from '../../core/rollout/model/facts.ts';
import { startDeadline } from '../../kube/client/deadline.ts';
import { pause, type Sleep } from '../../kube/pause.ts';
import { planKey } from '../plan-key.ts';
import { closedBecause, type Probe, type Observation } from './observation.ts';

/** The probe of each kind of gate. */
export type Probes = Readonly<Record<'prometheus' | 'http' | 'object' | 'job', Probe>>;

/** What loops are made from. */
export interface GateLoopsDeps {
  readonly probes: Probes;
  readonly now: () => number;
  readonly random: () => number;
  readonly sleep: Sleep;
  readonly log: Log;
  /** A gate of a plan has opened or closed, is closed for another reason, or was seen for the first time. */
  readonly touch: (plan: string) => void;
}

interface Loop {
  readonly gate: Gate;
  /** The plan as it is now: its spec may change while the gate stays the same. */
  plan: UpgradePlan;
  readonly question: string;
  readonly stop: AbortController;
  seen: GateObservation | undefined;
  ended: Promise<void>;
}

/**
 * Looks at gates, each in a loop of its own, so that no pass waits for a slow server and no plan for the gates of another. What was seen
 * is for the next pass. A gate that nobody wants is not asked.
 */
export class GateLoops {
  readonly #deps: GateLoopsDeps;
  readonly #plans = new Map<string, Map<string, Loop>>();

  constructor(deps: GateLoopsDeps) {
    this.#deps = deps;
  }

  /** From now on these gates of the plan are asked, and no others. */
  want(plan: UpgradePlan, names: readonly string[]): void {
    const key = planKey(plan.metadata.namespace, plan.metadata.name);
    const loops = this.#plans.get(key) ?? new Map<string, Loop>();
    const gates = (plan.spec.gates ?? []).filter((gate) => names.includes(gate.name));
    const wanted = new Map(gates.map((gate) => [gate.name, questionOf(plan, gate)]));
    for (const [name, loop] of loops) {
      if (wanted.get(name) === loop.question) loop.plan = plan;
      else {
        loops.delete(name);
        this.#end(loop);
      }
    }
    for (const gate of gates) {
      if (!loops.has(gate.name)) loops.set(gate.name, this.#start(key, plan, gate));
    }
    if (loops.size === 0) this.#plans.delete(key);
    else this.#plans.set(key, loops);
  }

  /** What was last seen of a plan's gates, by name. */
  observations(key: string): ReadonlyMap<string, GateObservation> {
    const loops = [...(this.#plans.get(key) ?? [])];
    return new Map(loops.flatMap(([name, { seen }]) => (seen === undefined ? [] : [[name, seen] as const])));
  }

  /** The plan is gone, or rests. */
  release(key: string): void {
    for (const loop of this.#plans.get(key)?.values() ?? []) this.#end(loop);
    this.#plans.delete(key);
  }

  /** Ends all loops. Jobs of gates stay: another operator goes on with them. */
  async stop(): Promise<void> {
    const loops = [...this.#plans.values()].flatMap((each) => [...each.values()]);
    this.#plans.clear();
    for (const loop of loops) loop.stop.abort();
    await Promise.all(loops.map((loop) => loop.ended));
  }

  #start(key: string, plan: UpgradePlan, gate: Gate): Loop {
    const question = questionOf(plan, gate);
    const loop: Loop = { gate, plan, question, stop: new AbortController(), seen: undefined, ended: Promise.resolve() };
    loop.ended = this.#run(key, loop).catch((error: unknown) => {
      this.#deps.log.error('A loop of a gate broke', { plan: key, gate: gate.name, error });
    });
    return loop;
  }

  #end(loop: Loop): void {
    loop.stop.abort();
    const forgotten = loop.ended.then(() => probeOf(this.#deps.probes, loop.gate).forget?.(loop.plan, loop.gate));
    forgotten.catch((error: unknown) => {
      this.#deps.log.warn('Cleaning up after a gate failed', { plan: loop.plan.metadata.name, gate: loop.gate.name, error });
    });
  }

  async #run(key: string, loop: Loop): Promise<void> {
    const { sleep, random } = this.#deps;
    const { signal } = loop.stop;
    while (!signal.aborted) {
      this.#note(key, loop, await this.#look(loop));
      await pause(sleep, GATE_INTERVAL_MS * (0.8 + 0.4 * random()), signal);
    }
  }

  #note(key: string, loop: Loop, { open, value, threshold, message }: Observation): void {
    if (loop.stop.signal.aborted) return;
    const { now, log, touch } = this.#deps;
    const before = loop.seen;
    const observedTime = now();
    const closedTime = open ? before?.closedTime : observedTime;
    loop.seen = { open, value, threshold, message, observedTime, closedTime };
    if (before?.open === open && before.message === message) return;
    log.info(open ? 'A gate is open' : 'A gate is closed', {
      plan: key,
      gate: loop.gate.name,
      value,
      threshold,
      reason: message,
    });
    touch(key);
  }

  /** One look. It ends in time whatever the probe does, and whatever goes wrong closes the gate. */
  async #look({ plan, gate, stop }: Loop): Promise<Observation> {
    // A Job has its own deadline; looking at it is a question to the API server.
    const seconds = gate.job === undefined ? gate.timeoutSeconds : LOOK_AT_JOB_SECONDS;
    const deadline = startDeadline(seconds * 1000, stop.signal);
    const { promise: cut, resolve } = Promise.withResolvers<Observation>();
    deadline.signal.addEventListener('abort', () => resolve(closedBecause(`no answer within ${seconds} s`)), { once: true });
    try {
      return await Promise.race([probeOf(this.#deps.probes, gate).look(plan, gate, deadline.signal), cut]);
    } catch (error) {
      this.#deps.log.warn('Looking at a gate failed', { plan: plan.metadata.name, gate: gate.name, error });
      return closedBecause(error instanceof Error ? error.message : 'looking at it failed');
    } finally {
      deadline.end();
    }
  }
}

const LOOK_AT_JOB_SECONDS = 30;

/** What a gate asks, for which plan: another question begins anew. */
function questionOf(plan: UpgradePlan, gate: Gate): string {
  return JSON.stringify([plan.metadata.uid, gate, gate.job === undefined ? '' : plan.spec.version]);
}

function probeOf(probes: Probes, gate: Gate): Probe {
  if (gate.prometheus !== undefined) return probes.prometheus;
  if (gate.http !== undefined) return probes.http;
  return gate.object === undefined ? probes.job : probes.object;
}
