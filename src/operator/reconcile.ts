import type { Log } from '../api/log.ts';
import type { UpgradePlan } from '../api/generated/upgradeplan.ts';
import type { Hash } from '../core/facts.ts';
import type { Command } from '../core/rollout/model/command.ts';
import { outboxEntries } from '../core/baton/deliveries.ts';
import type { Decision } from '../core/rollout/model/decision.ts';
import { decide } from '../core/rollout/decide.ts';
import type { PlanSnapshot, Settings } from '../core/rollout/model/snapshot.ts';
import { isSettled } from '../core/rollout/records/settled.ts';
import { isKubeError } from '../kube/client/kube-error.ts';
import type { StatusWriter } from './status-writer.ts';

/** What one pass needs. */
export interface ReconcileDeps {
  readonly gather: (plan: UpgradePlan) => Promise<PlanSnapshot | undefined>;
  readonly apply: (plan: UpgradePlan, command: Command) => Promise<void>;
  /** The gates of the plan that are to be evaluated from now on. */
  readonly setWantedGates: (plan: UpgradePlan, names: readonly string[]) => void;
  readonly statuses: StatusWriter;
  readonly settings: Settings;
  readonly now: () => number;
  /** Milliseconds that never go back. */
  readonly monotonic: () => number;
  readonly hash: Hash;
  readonly log: Log;
}

/** How a pass ended. */
export interface PassResult {
  /** Look again after so long although nothing changes (ms). */
  readonly requeueAfterMs: number | undefined;
  /** Nothing is under way and nothing is to come: the plan's Nodes need not be watched. */
  readonly idle: boolean;
  /** How long the decision took (ms): it grows with the fleet, and nothing else of this process runs meanwhile. */
  readonly decisionMs: number;
}

/** A command that met a newer state looks again soon (ms). */
const CONFLICT_MS = 200;
/** A command that failed otherwise looks again later (ms). */
const FAILURE_MS = 5000;
/** At the latest, every plan is looked at again after so long (ms): no single watch is trusted for ever. */
const RESYNC_MS = 60_000;

/** One pass: observe, decide, act, report. The status is written also when a command failed. */
export async function reconcile(deps: ReconcileDeps, plan: UpgradePlan): Promise<PassResult> {
  const snapshot = await deps.gather(plan);
  // The watches say when they have been listed; until then, nothing is done.
  if (snapshot === undefined) return { requeueAfterMs: CONFLICT_MS * 5, idle: false, decisionMs: 0 };
  const began = deps.monotonic();
  const decision = decide({ snapshot, now: deps.now(), settings: deps.settings, hash: deps.hash });
  const decisionMs = deps.monotonic() - began;
  deps.setWantedGates(plan, decision.gates);
  const waits = await Promise.all(decision.commands.map((command) => act(deps, plan, command)));
  const reported = await report(deps, snapshot, decision);
  const look = decision.requeueAt === undefined ? RESYNC_MS : Math.max(decision.requeueAt - deps.now(), CONFLICT_MS);
  const pending = [...waits, ...reported].filter((wait) => wait !== undefined);
  const idle = pending.length === 0 && isIdle(snapshot, decision);
  return { requeueAfterMs: Math.min(...pending, look, RESYNC_MS), idle, decisionMs };
}

/** Words for a plan whose rollout has ended. */
const ENDED: ReadonlySet<string> = new Set(['Succeeded', 'Failed', 'Aborted', 'RolledBack']);

/** Whether the rollout has ended and everybody has been told: what is in the outbox is tried again, also when no node may hold the baton. */
function isIdle(snapshot: PlanSnapshot, decision: Decision): boolean {
  const summary = decision.planStatus?.summary;
  const ended = summary !== undefined && ENDED.has(summary);
  const told = snapshot.batches.every((batch) => isSettled(batch) && outboxEntries(batch).length === 0);
  // Sinks that wait for the end of the rollout may be among those that are not known.
  const known = snapshot.sharedSinks.kind === 'Known';
  return ended && told && known && decision.commands.length === 0 && snapshot.plan.metadata.deletionTimestamp === undefined;
}

/** Carries out a command; gives the milliseconds after which to look again when it could not be. */
async function act(deps: ReconcileDeps, plan: UpgradePlan, command: Command): Promise<number | undefined> {
  const fields = {
    plan: plan.metadata.name,
    namespace: plan.metadata.namespace,
    command: command.kind,
    why: command.why,
    ...subject(command),
  };
  deps.log.debug('Carrying out a command', fields);
  try {
    await deps.apply(plan, command);
    deps.log.info('Carried out a command', fields);
    return undefined;
  } catch (error) {
    const stale = isKubeError(error) && (error.code === 409 || error.code === 422 || error.code === 404);
    if (stale) {
      deps.log.info('Looking again because a command met a newer state', { ...fields, reason: error.message });
      return CONFLICT_MS;
    }
    deps.log.error('Carrying out a command failed', { ...fields, error });
    return FAILURE_MS;
  }
}

function subject(command: Command): object {
  if ('node' in command) return { node: typeof command.node === 'string' ? command.node : command.node.name };
  switch (command.kind) {
    case 'StopJob':
      return { node: command.job.node, job: command.job.name };
    case 'Evict':
    case 'DeletePod':
    case 'ReplacePod':
    case 'DeleteAgentPod':
      return { pod: `${command.pod.namespace}/${command.pod.name}` };
    case 'PassBaton':
      return { node: command.to.node };
    case 'AnswerAction':
      return { action: command.action.metadata.name };
    default:
      return {};
  }
}

async function report(deps: ReconcileDeps, snapshot: PlanSnapshot, decision: Decision): Promise<readonly (number | undefined)[]> {
  const writes = snapshot.batches.flatMap((batch) => {
    const status = decision.batchStatuses.get(batch.metadata.name);
    return status === undefined ? [] : [async () => deps.statuses.writeBatch(batch, status)];
  });
  const { planStatus } = decision;
  if (planStatus !== undefined) writes.push(async () => deps.statuses.writePlan(snapshot.plan, planStatus));
  const waits: (number | undefined)[] = [];
  for (const write of writes) {
    try {
      waits.push(await write());
    } catch (error) {
      if (!isKubeError(error) || (error.code !== 409 && error.code !== 404)) throw error;
      waits.push(CONFLICT_MS);
    }
  }
  return waits;
}
