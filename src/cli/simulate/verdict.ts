import type { PlanReason } from '../../api/conditions.ts';
import { isDelivering, keyOf, planMessage, type PlanState, type RolloutState } from './rollout-state.ts';

/** How a simulation ended. */
export interface Verdict {
  /** Succeeded: every plan did. Stopped: a plan failed or waits for something that does not happen. Limit: the virtual time is over. */
  readonly kind: 'Succeeded' | 'Stopped' | 'Limit';
  /** The plans that did not succeed. */
  readonly stops: readonly PlanStop[];
}

/** Where a plan stops, and why. */
export interface PlanStop {
  readonly plan: string;
  /** Its STATUS. */
  readonly summary: string;
  readonly reason: string;
  readonly message: string;
}

/** What the verdict depends on besides the state. */
export interface VerdictFacts {
  /** Whether the simulation gives approvals. */
  readonly approves: boolean;
  /** Since when neither plans nor nodes have changed (milliseconds). */
  readonly unchangedMs: number;
}

/** How long plans may stand still before they count as stopped, if nothing but a person or a repair can continue them (milliseconds). */
const MAX_UNCHANGED_MS = 24 * 3_600_000;
/** How long plans may wait for each other before they count as stopped, if no other plan is running (milliseconds). */
const MAX_WAIT_FOR_OTHERS_MS = 600_000;
/** How long messages may take after everything has ended (milliseconds). */
const MAX_DELIVERY_MS = 3_600_000;

/** Waits that end by themselves at a time that is known, even if it is far away. */
const TIMED: ReadonlySet<string> = new Set<PlanReason>(['WindowClosed', 'Frozen', 'Soaking']);
/** Waits that end when another plan has ended. */
const FOR_OTHERS: ReadonlySet<string> = new Set<PlanReason>(['DependencyNotMet', 'ExclusiveGroupBusy', 'ClaimedByOthers']);
/** Pauses that an approval ends. */
const FOR_APPROVAL: ReadonlySet<string> = new Set<PlanReason>(['ApprovalRequired', 'RollbackApprovalRequired']);

const ENDS: ReadonlySet<string> = new Set(['Succeeded', 'Failed', 'Aborted', 'RolledBack', 'Invalid']);

/** Whether a plan waits for an approval. */
export function awaitsApproval({ plan: { status } }: PlanState): boolean {
  return status?.summary === 'Paused' && FOR_APPROVAL.has(status.reason ?? '');
}

/** How the simulation ended; undefined while it goes on. */
export function judge({ plans }: RolloutState, facts: VerdictFacts): Verdict | undefined {
  const open = plans.filter((state) => !isOver(state, facts));
  if (open.length > 0 && facts.unchangedMs < maxWaitMs(open)) return undefined;
  if (plans.some(isDelivering) && facts.unchangedMs < MAX_DELIVERY_MS) return undefined;
  return verdictOf(plans);
}

/** The verdict when the virtual time is over. */
export function judgeAtLimit({ plans }: RolloutState): Verdict {
  const verdict = verdictOf(plans);
  return verdict.kind === 'Succeeded' ? verdict : { ...verdict, kind: 'Limit' };
}

/** How long open plans may stand still (milliseconds). */
function maxWaitMs(open: readonly PlanState[]): number {
  const reasons = open.map(({ plan }) => plan.status?.reason ?? '');
  if (reasons.some((reason) => TIMED.has(reason))) return Infinity;
  return reasons.every((reason) => FOR_OTHERS.has(reason)) ? MAX_WAIT_FOR_OTHERS_MS : MAX_UNCHANGED_MS;
}

function isOver({ plan, batches }: PlanState, { approves }: VerdictFacts): boolean {
  const { summary = '', reason = '', counts } = plan.status ?? {};
  if (ENDS.has(summary) || reason === 'NoNodes') return (counts?.running ?? 0) === 0;
  if (summary !== 'Paused') return false;
  if (approves && awaitsApproval({ plan, batches })) return false;
  return (counts?.running ?? 0) === 0;
}

function verdictOf(plans: readonly PlanState[]): Verdict {
  const stops = plans
    .filter(({ plan }) => plan.status?.summary !== 'Succeeded')
    .map(({ plan }) => ({
      plan: keyOf(plan),
      summary: plan.status?.summary ?? 'Unknown',
      reason: plan.status?.reason ?? '',
      message: planMessage(plan),
    }));
  return { kind: stops.length === 0 ? 'Succeeded' : 'Stopped', stops };
}
