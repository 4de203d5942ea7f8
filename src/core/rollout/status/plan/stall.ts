import { CONDITIONS, PLAN_REASONS, STALL_REASONS, type PlanReason } from '../../../../api/conditions.ts';
import type { NodeRecord, UpgradeBatch } from '../../../../api/generated/upgradebatch.ts';
import { API_VERSION } from '../../../../api/names.ts';
import { isTrue } from '../../../condition.ts';
import { longDuration } from '../../../duration.ts';
import type { Instant } from '../../../facts.ts';
import { cutToBytes, toInstant, toMicroTime } from '../../../text.ts';
import { referencesFor, type Reference } from '../../../timing/reference.ts';
import type { Budget } from '../../fleet/budget.ts';
import type { Command } from '../../model/command.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import { holdTraits } from '../../model/hold-reasons.ts';
import type { Hold } from '../../model/hold.ts';
import { isRollback } from '../../records/batch-goal.ts';
import { isTerminal } from '../../records/node-record.ts';
import { awaitedRollback } from '../../rollback/decide-rollback.ts';
import { recordedRollback } from '../../records/recorded-rollback.ts';
import type { DecisionInput } from '../../model/snapshot.ts';

/** How long nothing may move before the rollout counts as stalled, by default (s). */
const STALL_SECONDS = 1800;
/** The stored time is kept while it is right to this share of `stallSeconds`, because each change costs a write. */
const TOLERATED_SHARE = 0.1;

/** What decides whether the rollout is stalled. */
interface StallInput {
  readonly input: DecisionInput;
  /** The fleet with the records of this pass. */
  readonly fleet: Fleet;
  readonly budget: Budget;
  readonly open: UpgradeBatch | undefined;
  readonly hold: Hold | undefined;
  readonly references: ReadonlyMap<string, Reference>;
}

/** Why nothing has moved for too long. */
interface Stall {
  readonly reason: PlanReason | keyof typeof STALL_REASONS;
  readonly message: string;
}

/** Whether the rollout moves. */
export interface Movement {
  /** When anything last moved, for the status. */
  readonly lastProgressTime: Instant;
  /** The cause, if nothing has moved for too long. */
  readonly stall: Stall | undefined;
  readonly requeueAt: Instant | undefined;
}

/**
 * Decides whether the rollout moves; undefined if it has ended. It moves when a turn is opened, a record changes its state, a batch is created
 * or settles, or a person acts. All of these times are stored, so that a restart of the operator changes nothing. Closed windows, freezes, soaks
 * and `spec.paused` do not count, nor does a process that runs within its expected time.
 */
function movementOf(view: StallInput): Movement | undefined {
  const { input, fleet, open } = view;
  const { snapshot, now } = input;
  const { plan } = snapshot;
  const rollsBack = recordedRollback(snapshot) !== undefined || awaitedRollback(view) !== undefined;
  const hasEnded = open === undefined && fleet.remaining.length === 0 && !rollsBack;
  if (hasEnded || plan.metadata.deletionTimestamp !== undefined) return undefined;
  const limit = (plan.spec.notify?.stallSeconds ?? STALL_SECONDS) * 1000;
  const stored = toInstant(plan.status?.lastProgressTime);
  const rests = isResting(view.hold);
  const hasRested = !rests && holdTraits(plan.status?.reason).restIntended;
  // For a plan without a stored time, the stall begins now at the earliest.
  const moved = Math.min(now, Math.max(stored ?? now, lastRecordedTime(view), hasRested ? now : 0));
  const lastProgressTime = stored !== undefined && moved - stored <= limit * TOLERATED_SHARE ? stored : moved;
  if (rests || isAtWork(view)) return { lastProgressTime, stall: undefined, requeueAt: undefined };
  const due = moved + limit;
  if (now <= due) return { lastProgressTime, stall: undefined, requeueAt: due + 1000 };
  const { reason, message } = stallCause(view);
  return {
    lastProgressTime,
    stall: { reason, message: `nothing has moved for ${longDuration(limit / 1000)}: ${message}` },
    requeueAt: undefined,
  };
}

function isResting(hold: Hold | undefined): boolean {
  return hold !== undefined && hold.kind !== 'Stalled' && holdTraits(hold.reason).restIntended;
}

/** The newest time in the records of the newest batch. Earlier batches have ended before it started. */
function lastRecordedTime({ input, fleet }: StallInput): Instant {
  const { plan } = input.snapshot;
  const batch = fleet.batches.at(-1);
  const times = [
    plan.metadata.creationTimestamp,
    batch?.metadata.creationTimestamp,
    batch?.status?.settledTime,
    batch?.status?.resumed?.time,
    batch?.status?.approved?.time,
    ...(batch?.status?.nodes ?? []).flatMap(timesOf),
  ];
  return Math.max(0, ...times.map((time) => toInstant(time) ?? 0));
}

function timesOf({ startTime, endTime, processes = [] }: NodeRecord): readonly (string | undefined)[] {
  const own = processes.flatMap((process) => [process.startTime, process.endTime, process.rebootTime, process.verifiedTime]);
  return [startTime, endTime, ...own];
}

/** Nodes of the open batch that are in their turn. */
function nodesInTurn({ open, fleet }: StallInput): readonly NodeRecord[] {
  const records = (open?.spec.nodes ?? []).flatMap(({ name }) => fleet.records.get(name) ?? []);
  return records.filter((record) => !isTerminal(record) && record.state !== 'Pending');
}

/** Whether a process runs within its expected time. Once that is over, the process is reported as overdue instead. */
function isAtWork(view: StallInput): boolean {
  return nodesInTurn(view).some((record) => {
    const process = record.processes?.at(-1);
    return process?.state === 'Running' && process.overdue === undefined && view.references.has(process.name);
  });
}

/** The most likely cause of a stall. */
function stallCause(view: StallInput): Stall {
  const { input, budget, hold } = view;
  const { validation } = input.snapshot;
  const node = nodesInTurn(view).toSorted((a, b) => rank(a) - rank(b))[0];
  if (node !== undefined) {
    const reason = node.state === 'Draining' ? PLAN_REASONS.DrainBlocked : STALL_REASONS.Upgrading;
    return { reason, message: `${node.name} is ${node.state}${node.message === undefined ? '' : `: ${node.message}`}` };
  }
  if (validation.kind === 'Refused')
    return { reason: validation.reason ?? PLAN_REASONS.TemplateRefused, message: validation.message };
  const awaited = awaitedRollback(view);
  if (awaited !== undefined) return { reason: PLAN_REASONS.RollbackApprovalRequired, message: awaited.message };
  if (budget.exceeded) {
    const resume = `create an UpgradeAction Resume for ${budget.batch ?? 'the batch'}`;
    return { reason: PLAN_REASONS.BudgetExceeded, message: `${budget.message}; ${resume}` };
  }
  return hold ?? { reason: STALL_REASONS.Unknown, message: 'no cause is known; check the log of the operator' };
}

/** Overdue nodes first, then nodes that are not drained yet. */
function rank({ overdue, state }: NodeRecord): number {
  if (overdue === true) return 0;
  return state === 'Draining' ? 1 : 2;
}

/** How long processes take, and whether the rollout moves. */
export interface ProgressResult {
  /** Expected time of each process, by its name. */
  readonly references: ReadonlyMap<string, Reference>;
  readonly movement: Movement | undefined;
  readonly commands: readonly Command[];
  readonly requeueAt: Instant | undefined;
}

/** Learns how long processes take, decides whether the rollout moves, and reports a stall. */
export function trackProgress(view: Omit<StallInput, 'references'>): ProgressResult {
  const references = referencesFor(
    view.input.snapshot.plan.spec.processes,
    view.fleet.batches.filter((batch) => !isRollback(batch)),
  );
  const movement = movementOf({ ...view, references });
  return { references, movement, commands: reportStall(view.input, movement), requeueAt: movement?.requeueAt };
}

/** Reports a stall in an Event on the plan, unless its condition is stored already. The same stall has the same name. */
function reportStall({ snapshot, now }: DecisionInput, movement: Movement | undefined): readonly Command[] {
  const { metadata, status } = snapshot.plan;
  if (movement?.stall === undefined || isTrue(status?.conditions, CONDITIONS.rolloutStalled)) return [];
  const { namespace, name, uid } = metadata;
  const { message } = movement.stall;
  const event = {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: {
      namespace,
      name: `${name}-${uid.slice(0, 8)}-stalled-${Math.floor(movement.lastProgressTime / 1000).toString(36)}`,
    },
    regarding: { apiVersion: API_VERSION, kind: 'UpgradePlan', namespace, name, uid },
    action: 'Rollout',
    reason: CONDITIONS.rolloutStalled,
    type: 'Warning',
    note: cutToBytes(message, 1024),
    reportingController: 'baton.dev/operator',
    reportingInstance: 'baton-operator',
    eventTime: toMicroTime(now),
  };
  return [{ kind: 'RecordWarnings', event, why: message }];
}
