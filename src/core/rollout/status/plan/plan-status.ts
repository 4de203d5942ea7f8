import { PLAN_REASONS, type PlanReason } from '../../../../api/conditions.ts';
import type { PlanCounts, PlanTiming, UpgradePlanStatus } from '../../../../api/generated/upgradeplan.ts';
import { updateConditions } from '../../../condition.ts';
import { presentFields } from '../../../present-fields.ts';
import { toRfc3339 } from '../../../text.ts';
import type { Reference } from '../../../timing/reference.ts';
import type { Hold } from '../../model/hold.ts';
import type { PlanControl } from '../../model/plan-control.ts';
import { countNodes } from '../counts.ts';
import { deliveryFinding } from './delivery-finding.ts';
import { expectedEnd } from '../outlook/expected-end.ts';
import { nextStart } from '../../holds/windows.ts';
import { planVerdict } from './plan-verdict.ts';
import { acceptedFinding, stallFindings, verdictFindings } from './plan-findings.ts';
import { planWaits } from '../outlook/plan-waits.ts';
import { newNodesStatus } from '../../holds/new-nodes.ts';
import type { DecisionInput } from '../../model/snapshot.ts';
import type { PlanStatusInput } from './plan-status-input.ts';
import { upcomingBatches } from './upcoming.ts';
import type { Verdict } from './verdict.ts';

function planTiming(references: ReadonlyMap<string, Reference>): readonly PlanTiming[] | undefined {
  if (references.size === 0) return undefined;
  return [...references].map(([process, { expectedSeconds, toleranceSeconds, samples }]) => ({
    process,
    expectedSeconds,
    toleranceSeconds,
    ...(samples === 0 ? { source: 'Plan' } : { source: 'Learned', samples }),
  }));
}

/** The batches to come; undefined if there are none, or the revision has ended. */
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

/** Why the plan waits; undefined while something runs. */
function waitReason({ summary, reason }: Verdict, { running }: Required<PlanCounts>): PlanReason | undefined {
  return summary === 'Running' || running > 0 ? undefined : reason;
}

/** The status of the plan. Its size does not depend on the number of nodes. */
export function planStatus(status: PlanStatusInput): UpgradePlanStatus {
  const { input, fleet, open, hold } = status;
  const { snapshot, now } = input;
  const end = expectedEnd(status);
  const { plan, lease } = snapshot;
  const counts = countNodes(snapshot, fleet);
  const verdict = planVerdict(status, counts);
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
    conditions: updateConditions(
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
    lastProgressTime: status.movement === undefined ? plan.status?.lastProgressTime : toRfc3339(status.movement.lastProgressTime),
    ...planWaits(snapshot, fleet.batches.length > 0, waitReason(verdict, counts), now),
    estimatedEndTime: end === undefined ? undefined : toRfc3339(end),
    timing: planTiming(status.references),
    newNodes: newNodesStatus(input, fleet),
    nextWindowTime: nextOpeningOf(input, hold),
    counts,
    upcoming: upcomingOf(status),
    preflight: status.preflight,
    prePull: status.prePull,
    gates: status.gates.length === 0 ? undefined : status.gates,
    ...controlFields(status.control),
  });
}
