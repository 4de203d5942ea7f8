import { API_VERSION } from '../../api/names.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import { keyOf, readState, type PlanState, type RolloutState } from './rollout-state.ts';
import type { Simulation } from './simulation-port.ts';
import type { ApprovalPolicy } from './values.ts';
import { awaitsApproval, judge, judgeAtLimit, type Verdict } from './verdict.ts';

/** How to play a simulation. */
export interface PlayOptions {
  readonly approval: ApprovalPolicy;
  /** Milliseconds of virtual time. */
  readonly limitMs: number;
  /** Virtual time is advanced by at most this much before `pause` is called (milliseconds). */
  readonly sliceMs?: number;
  /** Waits, so that virtual time is not faster than the user wants. */
  readonly pause?: () => Promise<void>;
  /** Is called after each step of the simulation. */
  readonly onStep: (simulation: Simulation) => void;
  /** Is called when a plan begins to wait for an approval, with the action that will give it. */
  readonly onAwaiting?: (action: KubeObject) => void;
  /** Is called when the simulation gives an approval. */
  readonly onApproval?: (action: KubeObject) => void;
}

/** Plans are read again when something happened, and at least this often in virtual time (milliseconds). */
const MAX_UNREAD_MS = 30_000;
const MIN_UNREAD_MS = 1000;

/** Runs a simulation to its end, and gives the approvals that plans wait for. */
export async function play(simulation: Simulation, options: PlayOptions): Promise<Verdict> {
  const { approval, limitMs, sliceMs = Infinity, pause, onStep, onAwaiting, onApproval } = options;
  const watch = new Progress(simulation);
  // By plan and batch: when the approval is due. Each is given once.
  const due = new Map<string, number>();
  const end: { verdict: Verdict | undefined } = { verdict: undefined };
  const step = (): boolean => {
    onStep(simulation);
    if (watch.look()) {
      for (const state of watch.state.plans) {
        const target = approvalTarget(state);
        if (approval.kind === 'Never' || target === undefined || due.has(target.key)) continue;
        due.set(target.key, simulation.now() + approval.ms);
        onAwaiting?.(approvalOf(state, target.batch));
      }
      end.verdict = judge(watch.state, { approves: approval.kind === 'After', unchangedMs: watch.unchangedMs });
    }
    return end.verdict !== undefined || [...due.values()].some((time) => time <= simulation.now());
  };
  while (end.verdict === undefined) {
    const before = simulation.now();
    const restMs = limitMs - (before - simulation.start);
    if (restMs <= 0) break;
    await simulation.run({ until: step, limitMs: Math.min(restMs, sliceMs) });
    await pause?.();
    const given = giveApprovals(simulation, { due, state: watch.state, onApproval });
    // Nothing can move any more.
    if (!given && simulation.now() === before) break;
  }
  onStep(simulation);
  return end.verdict ?? judgeAtLimit(readState(simulation));
}

interface Approvals {
  readonly due: Map<string, number>;
  readonly state: RolloutState;
  readonly onApproval: ((action: KubeObject) => void) | undefined;
}

/** Gives the approvals that are due; whether there was one. */
function giveApprovals(simulation: Simulation, { due, state, onApproval }: Approvals): boolean {
  let given = false;
  for (const plan of state.plans) {
    const target = approvalTarget(plan);
    const time = target === undefined ? undefined : due.get(target.key);
    if (target === undefined || time === undefined || time > simulation.now()) continue;
    due.set(target.key, Infinity);
    given = true;
    const action = approvalOf(plan, target.batch);
    simulation.apply([action]);
    onApproval?.(action);
  }
  // An approval that is not needed any more must not end the run again and again.
  for (const [key, time] of due) if (time <= simulation.now()) due.set(key, Infinity);
  return given;
}

/** The batch that an approval has to name; undefined if the plan waits for none. */
function approvalTarget(state: PlanState): { readonly key: string; readonly batch: string } | undefined {
  const batch = state.batches.at(-1)?.metadata.name;
  if (batch === undefined || !awaitsApproval(state)) return undefined;
  return { batch, key: `${keyOf(state.plan)} ${batch} ${state.plan.status?.reason ?? ''}` };
}

/** The UpgradeAction that approves what a plan waits for. */
function approvalOf({ plan }: PlanState, batch: string): KubeObject {
  return {
    apiVersion: API_VERSION,
    kind: 'UpgradeAction',
    metadata: {
      name: `approve-${batch}-${plan.status?.reason === 'RollbackApprovalRequired' ? 'rollback' : 'step'}`,
      namespace: plan.metadata.namespace,
    },
    spec: { plan: plan.metadata.name, action: 'Approve', batch, reason: 'approved by the simulation' },
  };
}

/** Reads the state of the plans when it may have changed, and knows since when it has not. */
class Progress {
  state: RolloutState = { plans: [] };
  readonly #simulation: Simulation;
  #signature = '';
  #changed: number;
  #read = -Infinity;
  #events = -1;

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
    this.#changed = simulation.now();
  }

  /** For how long nothing has changed (milliseconds of virtual time). */
  get unchangedMs(): number {
    return this.#simulation.now() - this.#changed;
  }

  /** Whether the state was read again. */
  look(): boolean {
    const now = this.#simulation.now();
    const events = this.#simulation.events.length;
    const sinceMs = now - this.#read;
    if (sinceMs < MIN_UNREAD_MS || (events === this.#events && sinceMs < MAX_UNREAD_MS)) return false;
    this.#read = now;
    this.#events = events;
    this.state = readState(this.#simulation);
    const signature = JSON.stringify(
      this.state.plans.map(({ plan: { status }, batches }) => [
        status?.summary,
        status?.reason,
        status?.counts,
        batches.map((batch) => batch.status?.nodes?.map(({ state }) => state)),
      ]),
    );
    if (signature !== this.#signature) this.#changed = now;
    this.#signature = signature;
    return true;
  }
}
