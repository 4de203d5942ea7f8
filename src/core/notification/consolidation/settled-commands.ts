import { PLAN_REASONS } from '../../../api/conditions.ts';
import type { BatchOutlook, UpgradeBatch } from '../../../api/generated/upgradebatch.ts';
import { presentFields } from '../../present-fields.ts';
import { nodeReasonTraits } from '../model/node-reasons.ts';
import { awaitsApproval, planReasonTraits } from '../model/plan-reasons.ts';
import type { RolloutStory } from '../model/notified-rollout.ts';
import { notifiedCommands, type CommandInput } from './commands.ts';
import { expandNodeNames } from '../model/node-names.ts';
import type { NodeCounts, NotifiedCommand, NotifiedNode } from '../model/notification.ts';

/** What the commands depend on, besides the batch. */
interface CommandView {
  readonly nodes: readonly NotifiedNode[];
  readonly counts: NodeCounts;
  readonly story: RolloutStory | undefined;
  readonly hidden: ReadonlySet<string>;
  readonly hasReports: boolean;
}

/** The commands after a batch has settled. */
export function settledCommands(
  batch: UpgradeBatch,
  { nodes, counts, story, hidden, hasReports }: CommandView,
): readonly NotifiedCommand[] {
  const { metadata, spec, status } = batch;
  const outlook = status?.outlook;
  const own = nodes.filter((node) => node.quarantined && !hidden.has(node.name)).map((node) => node.name);
  const named = story === undefined ? own : expandNodeNames(story.quarantinedNodes);
  const left = story === undefined ? counts.quarantined : (story.quarantined ?? 0);
  // A plan that is being deleted accepts no actions, and releases its nodes itself.
  const deleted = outlook?.next === 'Deleted';
  const blocked = nodes.some(({ reason }) => nodeReasonTraits(reason).blocked === true);
  return notifiedCommands({
    namespace: metadata.namespace,
    plan: spec.plan,
    batch: metadata.name,
    quarantined: deleted ? [] : named,
    quarantinedUnnamed: deleted ? 0 : left - named.length,
    ofAllBatches: story !== undefined,
    retriable: retriable(batch, nodes, counts),
    paused: pauseOf(outlook),
    revision: spec.revision,
    ...rollbackOf(outlook),
    awaitsApproval: outlook?.next === 'Paused' && awaitsApproval(outlook.reason),
    budget: blocked ? status?.summary?.drainWaits?.find(({ budget }) => budget !== undefined)?.budget : undefined,
    hasReports,
  });
}

/** Which failed nodes can be retried in a later batch: none if the rollout of their revision has ended early. */
function retriable(
  { metadata, spec, status }: UpgradeBatch,
  nodes: readonly NotifiedNode[],
  counts: NodeCounts,
): { readonly batch: string } | { readonly revision: string } | undefined {
  const { next = 'Deleted', planFailed = 0 } = status?.outlook ?? {};
  // A failed rollback is not an upgrade that could be retried.
  if (spec.rollback !== undefined) return undefined;
  if (
    next === 'Aborted' ||
    next === 'Deleted' ||
    next === 'RollingBack' ||
    nodes.some(({ reason }) => nodeReasonTraits(reason).outdated === true)
  )
    return undefined;
  if (next === 'Done') return planFailed > 0 ? { revision: spec.revision } : undefined;
  return counts.failed > 0 ? { batch: metadata.name } : undefined;
}

/** Set if a Resume ends the pause. It does not end `spec.paused`. */
function pauseOf(outlook: BatchOutlook | undefined): { readonly maxFailed?: number } | undefined {
  if (outlook?.next !== 'Paused') return undefined;
  if (planReasonTraits(outlook.reason).pause?.endedBy.includes('Resume') !== true) return undefined;
  // Resume starts a new failure budget.
  return presentFields({ maxFailed: outlook.reason === PLAN_REASONS.BudgetExceeded ? outlook.maxFailed : undefined });
}

/** What can be rolled back after too many failures, and whether the plan waits for that. */
function rollbackOf(outlook: BatchOutlook | undefined): Pick<CommandInput, 'rollback' | 'awaitsRollback'> {
  const reason = outlook?.next === 'Paused' ? outlook.reason : undefined;
  const { endedBy = [] } = planReasonTraits(reason).pause ?? {};
  return {
    awaitsRollback: endedBy[0] === 'Rollback',
    rollback: endedBy.includes('Rollback') ? outlook?.rollbackScope : undefined,
  };
}
