import { PLAN_REASONS } from '../../../api/conditions.ts';
import type { BatchOutlook, UpgradeBatch } from '../../../api/generated/upgradebatch.ts';
import { presentFields } from '../../present-fields.ts';
import { nodeReasonTraits } from '../model/node-reasons.ts';
import { awaitsApproval, planReasonTraits } from '../model/plan-reasons.ts';
import type { RolloutStory } from '../model/notified-rollout.ts';
import { notifiedCommands, type CommandInput } from './commands.ts';
import { expandNodeNames } from '../model/node-names.ts';
import type { NodeCounts, NotifiedCommand, NotifiedNode } from '../model/notification.ts';

/** What decides the commands, beside the batch. */
interface CommandView {
  readonly nodes: readonly NotifiedNode[];
  readonly counts: NodeCounts;
  readonly story: RolloutStory | undefined;
  readonly hidden: ReadonlySet<string>;
  readonly reported: boolean;
}

/** What to type after a batch that has settled. */
export function settledCommands(
  batch: UpgradeBatch,
  { nodes, counts, story, hidden, reported }: CommandView,
): readonly NotifiedCommand[] {
  const { metadata, spec, status } = batch;
  const outlook = status?.outlook;
  const own = nodes.filter((node) => node.quarantined && !hidden.has(node.name)).map((node) => node.name);
  const named = story === undefined ? own : expandNodeNames(story.quarantinedNodes);
  const left = story === undefined ? counts.quarantined : (story.quarantined ?? 0);
  // A plan that is being deleted takes no acts: it releases its nodes by itself.
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
    unapproved: outlook?.next === 'Paused' && awaitsApproval(outlook.reason),
    budget: blocked ? status?.summary?.drainWaits?.find(({ budget }) => budget !== undefined)?.budget : undefined,
    reported,
  });
}

/** Which failed nodes can be given a later batch: none once the rollout of their revision is over before its time. */
function retriable(
  { metadata, spec, status }: UpgradeBatch,
  nodes: readonly NotifiedNode[],
  counts: NodeCounts,
): { readonly batch: string } | { readonly revision: string } | undefined {
  const { next = 'Deleted', planFailed = 0 } = status?.outlook ?? {};
  // What a rollback failed to take back is no upgrade that could be tried again.
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

/** What an act of resuming answers: too many failures, or an act of pausing; `spec.paused` is changed in the plan itself. */
function pauseOf(outlook: BatchOutlook | undefined): { readonly maxFailed?: number } | undefined {
  if (outlook?.next !== 'Paused') return undefined;
  if (planReasonTraits(outlook.reason).pause?.endedBy.includes('Resume') !== true) return undefined;
  // Resume starts a new failure budget.
  return presentFields({ maxFailed: outlook.reason === PLAN_REASONS.BudgetExceeded ? outlook.maxFailed : undefined });
}

/** What may be taken back once the plan has stopped, and whether that is what it waits for. */
function rollbackOf(outlook: BatchOutlook | undefined): Pick<CommandInput, 'rollback' | 'awaitsRollback'> {
  const reason = outlook?.next === 'Paused' ? outlook.reason : undefined;
  const { endedBy = [] } = planReasonTraits(reason).pause ?? {};
  return {
    awaitsRollback: endedBy[0] === 'Rollback',
    rollback: endedBy.includes('Rollback') ? outlook?.rollbackScope : undefined,
  };
}
