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

/** Where the plan does not say how long nothing may move (seconds). */
const STALL_SECONDS = 1800;
/** A time that was told stays as long as it is right to this share of `stallSeconds`: each start of a process would be a write. */
const TOLD_SHARE = 0.1;

/** What a stall is judged by. */
interface StallInput {
  readonly input: DecisionInput;
  /** The fleet with this pass's records. */
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
  /** When anything last moved, to be written into the status. */
  readonly lastProgressTime: Instant;
  /** What is to blame when nothing has moved for too long. */
  readonly stall: Stall | undefined;
  readonly requeueAt: Instant | undefined;
}

/**
 * Judges whether the rollout moves. It moves when a turn is opened, a record changes its state, a batch is made or settled, or a
 * person acts; all of that has a time on record, so a restart of the operator begins nothing anew. A closed window, a freeze, a soak and
 * `spec.paused` are no stall, and what they took does not count; nor is a process that is at work within its known time.
 */
function judgeMovement(view: StallInput): Movement | undefined {
  const { input, fleet, open } = view;
  const { snapshot, now } = input;
  const { plan } = snapshot;
  const takesBack = recordedRollback(snapshot) !== undefined || awaitedRollback(view) !== undefined;
  const over = open === undefined && fleet.remaining.length === 0 && !takesBack;
  if (over || plan.metadata.deletionTimestamp !== undefined) return undefined;
  const limit = (plan.spec.notify?.stallSeconds ?? STALL_SECONDS) * 1000;
  const told = toInstant(plan.status?.lastProgressTime);
  const rests = isResting(view.hold);
  const rested = !rests && holdTraits(plan.status?.reason).restIntended;
  // A plan that is seen for the first time has not stood still yet.
  const moved = Math.min(now, Math.max(told ?? now, lastOnRecord(view), rested ? now : 0));
  const lastProgressTime = told !== undefined && moved - told <= limit * TOLD_SHARE ? told : moved;
  if (rests || isAtWork(view)) return { lastProgressTime, stall: undefined, requeueAt: undefined };
  const due = moved + limit;
  if (now <= due) return { lastProgressTime, stall: undefined, requeueAt: due + 1000 };
  const { reason, message } = blame(view);
  return {
    lastProgressTime,
    stall: { reason, message: `nothing has moved for ${longDuration(limit / 1000)}: ${message}` },
    requeueAt: undefined,
  };
}

function isResting(hold: Hold | undefined): boolean {
  return hold !== undefined && hold.kind !== 'Stalled' && holdTraits(hold.reason).restIntended;
}

/** The newest of the times that are on record; those of the newest batch are enough, because batches go one after the other. */
function lastOnRecord({ input, fleet }: StallInput): Instant {
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
function working({ open, fleet }: StallInput): readonly NodeRecord[] {
  const records = (open?.spec.nodes ?? []).flatMap(({ name }) => fleet.records.get(name) ?? []);
  return records.filter((record) => !isTerminal(record) && record.state !== 'Pending');
}

/** Whether some process runs that is known to take so long: it becomes overdue when its time is up, and that is told instead. */
function isAtWork(view: StallInput): boolean {
  return working(view).some((record) => {
    const process = record.processes?.at(-1);
    return process?.state === 'Running' && process.overdue === undefined && view.references.has(process.name);
  });
}

function blame(view: StallInput): Stall {
  const { input, budget, hold } = view;
  const { validation } = input.snapshot;
  const node = working(view).toSorted((a, b) => rank(a) - rank(b))[0];
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
  return hold ?? { reason: STALL_REASONS.Unknown, message: 'nothing is known to hold it; look at the log of the operator' };
}

/** What is overdue first, then what does not even begin. */
function rank({ overdue, state }: NodeRecord): number {
  if (overdue === true) return 0;
  return state === 'Draining' ? 1 : 2;
}

/** What a pass makes of the time that everything takes. */
export interface ProgressResult {
  readonly references: ReadonlyMap<string, Reference>;
  readonly movement: Movement | undefined;
  readonly commands: readonly Command[];
  readonly requeueAt: Instant | undefined;
}

/** Looks at what is known of the times, whether the rollout moves, and tells when it does not. */
export function trackProgress(view: Omit<StallInput, 'references'>): ProgressResult {
  const references = referencesFor(
    view.input.snapshot.plan.spec.processes,
    view.fleet.batches.filter((batch) => !isRollback(batch)),
  );
  const movement = judgeMovement({ ...view, references });
  return { references, movement, commands: tellStall(view.input, movement), requeueAt: movement?.requeueAt };
}

/** Tells a stall once as an Event on the plan: when its condition is not on record yet. The name is the same for the same stall. */
function tellStall({ snapshot, now }: DecisionInput, movement: Movement | undefined): readonly Command[] {
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
