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
  /** Sets which gates of the plan are evaluated from now on. */
  readonly setWantedGates: (plan: UpgradePlan, names: readonly string[]) => void;
  readonly statuses: StatusWriter;
  readonly settings: Settings;
  readonly now: () => number;
  /** Monotonic clock (ms). */
  readonly monotonic: () => number;
  readonly hash: Hash;
  readonly log: Log;
}

/** The result of a pass. */
export interface PassResult {
  /** When the next pass is due even if nothing changes (ms from now). */
  readonly requeueAfterMs: number | undefined;
  /** Whether the rollout has ended and nothing is left to do, so that the plan needs no watches. */
  readonly idle: boolean;
  /** Duration of the decision (ms). It grows with the fleet, and blocks the whole process. */
  readonly decisionMs: number;
}

/** Delay of the next pass after a conflict (ms). */
const CONFLICT_RETRY_MS = 200;
/** Delay of the next pass after another failure (ms). */
const FAILURE_RETRY_MS = 5000;
/** Delay of the next pass while the plan's watches sync (ms). */
const SYNC_RETRY_MS = 1000;
/** Maximum time between two passes over a plan (ms), in case a watch misses a change. */
const RESYNC_MS = 60_000;

/**
 * Makes one pass over a plan: gathers a snapshot, decides, applies the commands, and writes the statuses, even when a command has failed.
 *
 * @throws KubeError when a status cannot be written for another reason than a conflict.
 */
export async function reconcile(deps: ReconcileDeps, plan: UpgradePlan): Promise<PassResult> {
  const snapshot = await deps.gather(plan);
  // The watches enqueue the plan once they have synced.
  if (snapshot === undefined) return { requeueAfterMs: SYNC_RETRY_MS, idle: false, decisionMs: 0 };
  const start = deps.monotonic();
  const decision = decide({ snapshot, now: deps.now(), settings: deps.settings, hash: deps.hash });
  const decisionMs = deps.monotonic() - start;
  deps.setWantedGates(plan, decision.gates);
  const commandRetries = await Promise.all(decision.commands.map((command) => runCommand(deps, plan, command)));
  const statusRetries = await writeStatuses(deps, snapshot, decision);
  const requeueMs = decision.requeueAt === undefined ? RESYNC_MS : Math.max(decision.requeueAt - deps.now(), CONFLICT_RETRY_MS);
  const retries = [...commandRetries, ...statusRetries].filter((ms) => ms !== undefined);
  const idle = retries.length === 0 && isIdle(snapshot, decision);
  return { requeueAfterMs: Math.min(...retries, requeueMs, RESYNC_MS), idle, decisionMs };
}

/** Summaries of a plan whose rollout has ended. */
const ENDED: ReadonlySet<string> = new Set(['Succeeded', 'Failed', 'Aborted', 'RolledBack']);

/** Whether the rollout has ended and every notification has been delivered or has failed for good. */
function isIdle(snapshot: PlanSnapshot, decision: Decision): boolean {
  const summary = decision.planStatus?.summary;
  const ended = summary !== undefined && ENDED.has(summary);
  const notified = snapshot.batches.every((batch) => isSettled(batch) && outboxEntries(batch).length === 0);
  // Unreadable shared sinks may include some that are notified at the end of the rollout.
  const known = snapshot.sharedSinks.kind === 'Known';
  return ended && notified && known && decision.commands.length === 0 && snapshot.plan.metadata.deletionTimestamp === undefined;
}

/** Applies a command. Returns the delay of the next pass (ms) when that fails. */
async function runCommand(deps: ReconcileDeps, plan: UpgradePlan, command: Command): Promise<number | undefined> {
  const fields = {
    plan: plan.metadata.name,
    namespace: plan.metadata.namespace,
    command: command.kind,
    why: command.why,
    ...subjectFields(command),
  };
  deps.log.debug('Applying a command', fields);
  try {
    await deps.apply(plan, command);
    deps.log.info('Applied a command', fields);
    return undefined;
  } catch (error) {
    // The object has changed since the snapshot: another version, a failed `test` of a patch, or a deletion.
    if (isKubeError(error) && [409, 422, 404].includes(error.code)) {
      deps.log.info('Requeuing after a conflict', { ...fields, retryInMs: CONFLICT_RETRY_MS, reason: error.message });
      return CONFLICT_RETRY_MS;
    }
    deps.log.error('Applying a command failed', { ...fields, retryInMs: FAILURE_RETRY_MS, error });
    return FAILURE_RETRY_MS;
  }
}

/** The fields of a log line that name the object of a command. */
function subjectFields(command: Command): object {
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

/** Writes the statuses that differ. Returns for each that could not be written now when to try again (ms from now). */
async function writeStatuses(
  deps: ReconcileDeps,
  snapshot: PlanSnapshot,
  decision: Decision,
): Promise<readonly (number | undefined)[]> {
  const writes = snapshot.batches.flatMap((batch) => {
    const status = decision.batchStatuses.get(batch.metadata.name);
    return status === undefined ? [] : [async () => deps.statuses.writeBatch(batch, status)];
  });
  const { planStatus } = decision;
  if (planStatus !== undefined) writes.push(async () => deps.statuses.writePlan(snapshot.plan, planStatus));
  const retries: (number | undefined)[] = [];
  for (const write of writes) {
    try {
      retries.push(await write());
    } catch (error) {
      if (!isKubeError(error) || (error.code !== 409 && error.code !== 404)) throw error;
      const { namespace, name } = snapshot.plan.metadata;
      const fields = { namespace, plan: name, retryInMs: CONFLICT_RETRY_MS, reason: error.message };
      deps.log.debug('Requeuing after a conflict', fields);
      retries.push(CONFLICT_RETRY_MS);
    }
  }
  return retries;
}
