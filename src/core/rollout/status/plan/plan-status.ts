import { NODE_REASONS, PLAN_REASONS } from '../../../../api/conditions.ts';
import type { NodeRecord, UpgradeBatch } from '../../../../api/generated/upgradebatch.ts';
import type { GateStatus, PlanCounts, PlanEnd, PlanTiming, UpgradePlanStatus } from '../../../../api/generated/upgradeplan.ts';
import { settleConditions } from '../../../condition.ts';
import { presentFields } from '../../../present-fields.ts';
import { counted, toRfc3339 } from '../../../text.ts';
import type { Reference } from '../../../timing/reference.ts';
import type { PlanControl } from '../../actions/answer-actions.ts';
import { type Budget } from '../../fleet/budget.ts';
import { deliveryFinding } from './delivery-finding.ts';
import { drainHold } from './drain-hold.ts';
import { expectedEnd } from '../outlook/expected-end.ts';
import { downNodes, maxUnavailable, type Fleet } from '../../fleet/fleet.ts';
import { nextStart } from '../../holds/windows.ts';
import type { Hold } from '../../holds/holds.ts';
import { acceptedFinding, stallFindings, verdictFindings } from './plan-findings.ts';
import { planWaits } from '../outlook/plan-waits.ts';
import { newNodesStatus } from '../../holds/new-nodes.ts';
import { rollbackVerdict, type TallyInput } from './rollback-verdict.ts';
import type { DecisionInput, PlanSnapshot } from '../../model/snapshot.ts';
import { upcomingBatches } from './upcoming.ts';
import type { Movement } from './stall.ts';

/** What the plan's status is made from, beside the snapshot. */
export interface PlanStatusInput {
  readonly input: DecisionInput;
  /** The fleet with this pass's records. */
  readonly fleet: Fleet;
  readonly budget: Budget;
  /** The batch under way, if any. */
  readonly open: UpgradeBatch | undefined;
  /** Why nothing new starts, if anything holds it. */
  readonly hold: Hold | undefined;
  /** What acts and the failure policy have made of the plan. */
  readonly control: PlanControl;
  readonly agentProblem: string | undefined;
  readonly preflight: UpgradePlanStatus['preflight'];
  readonly prePull: UpgradePlanStatus['prePull'];
  /** The gates that matter now. */
  readonly gates: readonly GateStatus[];
  /** How long each process is expected to take, by its name. */
  readonly references: ReadonlyMap<string, Reference>;
  /** Whether the rollout moves; undefined when it has ended. */
  readonly movement: Movement | undefined;
}

/** The word, the reason and the sentence for a plan as a whole. */
export interface Verdict {
  readonly summary: NonNullable<UpgradePlanStatus['summary']>;
  readonly reason: string;
  readonly message: string;
  readonly kind: 'Done' | 'Working' | 'Stalled' | 'Resting';
}

/** Whether a node is at the version: it came there in this revision, or was there before. */
export function isDone({ state, reason }: NodeRecord): boolean {
  return state === 'Succeeded' || reason === NODE_REASONS.AlreadyDone || reason === NODE_REASONS.AlreadyCurrent;
}

/** The plan's nodes by outcome. */
export function countNodes(snapshot: PlanSnapshot, fleet: Fleet): Required<PlanCounts> {
  const records = [...fleet.records.values()];
  const done = records.filter(isDone);
  const nodes = [...snapshot.nodes.values()];
  const uid = snapshot.plan.metadata.uid;
  return {
    nodes: fleet.selected.size,
    succeeded: fleet.doneBefore + done.filter((record) => fleet.selected.has(record.name)).length,
    failed: records.filter((record) => record.state === 'Failed').length,
    skipped: records.filter((record) => record.state === 'Skipped' && !isDone(record) && fleet.selected.has(record.name)).length,
    rolledBack: records.filter((record) => record.state === 'RolledBack').length,
    notAttempted: records.filter((record) => record.state === 'NotAttempted').length,
    waiting: fleet.remaining.length,
    running: nodes.filter((node) => node.claim === uid).length,
    unavailable: downNodes(snapshot, fleet).length,
    quarantined: nodes.filter((node) => node.quarantine?.planUid === uid).length,
  };
}

function judge(status: PlanStatusInput, counts: Required<PlanCounts>): Verdict {
  const { input, fleet, budget, open, hold } = status;
  const { plan, validation } = input.snapshot;
  const running = counts.running === 0 ? 'nothing runs' : `${counted(counts.running, 'node')} still running, nothing new starts`;
  const budgetMessage = `${budget.message}; ${running}. Repair, then create an UpgradeAction Resume for ${budget.batch ?? 'the batch'}`;
  const down = `${counts.unavailable} of maxUnavailable ${maxUnavailable(input.snapshot, fleet)} nodes are down`;
  const quarantined =
    counts.quarantined === 0 ? '' : `, ${counts.quarantined} of them quarantined: create an UpgradeAction Release`;
  if (plan.metadata.deletionTimestamp !== undefined) {
    return {
      summary: 'Running',
      reason: PLAN_REASONS.Deleting,
      kind: 'Working',
      message: `being deleted: ${running}; its nodes are released then`,
    };
  }
  if (validation.kind === 'Refused') {
    const reason = validation.reason ?? PLAN_REASONS.TemplateRefused;
    return { summary: 'Invalid', reason, kind: 'Stalled', message: validation.message };
  }
  const over = stoppedVerdict(status, { counts, running });
  if (over !== undefined) return over;
  if (open === undefined && fleet.remaining.length === 0 && fleet.selected.size > 0) return ended(counts);
  if (hold?.summary === 'Paused') return { ...verdictOf(hold), message: `${hold.message}: ${running}` };
  if (budget.exceeded) return { summary: 'Paused', reason: PLAN_REASONS.BudgetExceeded, kind: 'Stalled', message: budgetMessage };
  if (fleet.selected.size === 0) {
    return {
      summary: 'Waiting',
      reason: PLAN_REASONS.NoNodes,
      kind: 'Stalled',
      message: 'nodeSelector chooses no node of the cluster',
    };
  }
  if (hold !== undefined && counts.running === 0) {
    return {
      ...verdictOf(hold),
      message: hold.reason === 'MaxUnavailableReached' ? `${hold.message}${quarantined}` : hold.message,
    };
  }
  const drain = drainHold(status);
  if (drain !== undefined) return verdictOf(drain);
  const batch =
    open === undefined
      ? 'the next batch is being made'
      : `${open.metadata.name}: ${counted(counts.running, 'node')} in their turn`;
  return { summary: 'Running', reason: PLAN_REASONS.BatchRunning, kind: 'Working', message: `${batch}; ${down}` };
}

/** A hold as the verdict on the plan. */
export function verdictOf({ summary, reason, kind, message }: Hold): Verdict {
  return { summary, reason, kind, message };
}

/** What is said of a rollout that is rolled back or was aborted. */
function stoppedVerdict(status: PlanStatusInput, tally: TallyInput): Verdict | undefined {
  const back = rollbackVerdict(status, tally);
  if (back !== undefined || status.control.ended === undefined) return back;
  return aborted(status, status.control.ended, tally);
}

function aborted({ fleet, open }: PlanStatusInput, end: PlanEnd, { counts, running }: TallyInput): Verdict {
  const tally = `${counts.succeeded} of ${counted(counts.nodes, 'node')} done, ${counts.failed} failed, ${fleet.remaining.length} not attempted`;
  const now = open === undefined ? '' : `; ${running}`;
  const message = `aborted: ${end.message}; ${tally}${now}. This revision is over: another version begins a new rollout`;
  return { summary: 'Aborted', reason: PLAN_REASONS.Aborted, kind: 'Stalled', message };
}

function ended(counts: Required<PlanCounts>): Verdict {
  const tally = `${counts.succeeded} of ${counted(counts.nodes, 'node')} done`;
  if (counts.failed > 0) {
    const message = `${tally}, ${counts.failed} failed, ${counts.quarantined} quarantined`;
    return { summary: 'Failed', reason: PLAN_REASONS.SomeFailed, kind: 'Stalled', message };
  }
  if (counts.skipped > 0) {
    return {
      summary: 'Succeeded',
      reason: PLAN_REASONS.SomeSkipped,
      kind: 'Done',
      message: `${tally}, ${counts.skipped} skipped`,
    };
  }
  return { summary: 'Succeeded', reason: PLAN_REASONS.AllSucceeded, kind: 'Done', message: tally };
}

function planTiming(references: ReadonlyMap<string, Reference>): readonly PlanTiming[] | undefined {
  if (references.size === 0) return undefined;
  return [...references].map(([process, { expectedSeconds, toleranceSeconds, samples }]) => ({
    process,
    expectedSeconds,
    toleranceSeconds,
    ...(samples === 0 ? { source: 'Plan' } : { source: 'Learned', samples }),
  }));
}

/** The batches to come; none once the revision is over. */
function upcomingOf({ input, fleet, control }: PlanStatusInput): UpgradePlanStatus['upcoming'] {
  const upcoming = control.ended === undefined && control.rollback === undefined ? upcomingBatches(input.snapshot, fleet) : [];
  return upcoming.length === 0 ? undefined : upcoming;
}

function controlFields({
  pausedBy,
  ended,
  rollback,
  history,
}: PlanControl): Pick<UpgradePlanStatus, 'pausedBy' | 'ended' | 'rollback' | 'history'> {
  return presentFields({ pausedBy, ended, rollback, history: history.length === 0 ? undefined : [...history] });
}

function nextOpeningOf(input: DecisionInput, hold: Hold | undefined): string | undefined {
  if (hold === undefined) return undefined;
  const next = hold.reason === PLAN_REASONS.WindowClosed ? hold.until : nextStart(input);
  return next === undefined ? undefined : toRfc3339(next);
}

/** Why nothing starts, while nothing runs either. */
function waitsFor({ summary, reason }: Verdict, { running }: Required<PlanCounts>): string | undefined {
  return summary === 'Running' || running > 0 ? undefined : reason;
}

/** The plan's status: what was observed, in a size that does not depend on the fleet's. */
export function planStatus(status: PlanStatusInput): UpgradePlanStatus {
  const { input, fleet, open, hold } = status;
  const { snapshot, now } = input;
  const end = expectedEnd(status);
  const { plan, lease } = snapshot;
  const counts = countNodes(snapshot, fleet);
  const verdict = judge(status, counts);
  const observedGeneration = plan.metadata.generation;
  const findings = [
    ...verdictFindings(verdict, counts.failed),
    acceptedFinding(snapshot),
    deliveryFinding(snapshot, status.agentProblem),
    ...stallFindings(status.movement),
  ];
  const batch = open ?? fleet.batches.at(-1) ?? snapshot.batches.at(-1);
  const holder = lease?.holder ?? '';
  return presentFields({
    conditions: settleConditions(
      plan.status?.conditions,
      findings.map((finding) => ({ ...finding, observedGeneration })),
      now,
    ),
    observedGeneration,
    summary: verdict.summary,
    reason: verdict.reason,
    progress: `${counts.succeeded}/${counts.nodes}`,
    revision: snapshot.revision,
    batch: batch?.metadata.name ?? plan.status?.batch,
    lastBatchIndex: Math.max(plan.status?.lastBatchIndex ?? 0, ...snapshot.batches.map((each) => each.spec.index)),
    agent: holder === '' ? plan.status?.agent : holder,
    lastMovedTime: status.movement === undefined ? plan.status?.lastMovedTime : toRfc3339(status.movement.lastMovedTime),
    ...planWaits(snapshot, fleet.batches.length > 0, waitsFor(verdict, counts), now),
    estimatedEndTime: end === undefined ? undefined : toRfc3339(end),
    timing: planTiming(status.references),
    newNodes: newNodesStatus(input, fleet),
    nextOpening: nextOpeningOf(input, hold),
    counts,
    upcoming: upcomingOf(status),
    preflight: status.preflight,
    prePull: status.prePull,
    gates: status.gates.length === 0 ? undefined : status.gates,
    ...controlFields(status.control),
  });
}
