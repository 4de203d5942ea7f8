import { NODE_REASONS, PLAN_REASONS } from '../../../api/conditions.ts';
import type { BatchOutlook, UpgradeBatch } from '../../../api/generated/upgradebatch.ts';
import { presentFields } from '../../present-fields.ts';
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
  const blocked = nodes.some(({ reason }) => reason === NODE_REASONS.DrainTimeout);
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
    unapproved: outlook?.next === 'Paused' && outlook.reason === PLAN_REASONS.ApprovalRequired,
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
    nodes.some(({ reason }) => reason === NODE_REASONS.Superseded)
  )
    return undefined;
  if (next === 'Done') return planFailed > 0 ? { revision: spec.revision } : undefined;
  return counts.failed > 0 ? { batch: metadata.name } : undefined;
}

/** What an act of resuming answers: too many failures, or an act of pausing; `spec.paused` is changed in the plan itself. */
function pauseOf(outlook: BatchOutlook | undefined): { readonly maxFailed?: number } | undefined {
  if (outlook?.next !== 'Paused') return undefined;
  if (outlook.reason === PLAN_REASONS.BudgetExceeded) return presentFields({ maxFailed: outlook.maxFailed });
  if (outlook.reason === PLAN_REASONS.RollbackApprovalRequired) return {};
  return outlook.reason === PLAN_REASONS.PausedByAct || outlook.reason === PLAN_REASONS.MadeByOlderVersion ? {} : undefined;
}

/** What may be taken back once the plan has stopped, and whether that is what it waits for. */
function rollbackOf(outlook: BatchOutlook | undefined): Pick<CommandInput, 'rollback' | 'awaitsRollback'> {
  const reason = outlook?.next === 'Paused' ? outlook.reason : undefined;
  const awaitsRollback = reason === PLAN_REASONS.RollbackApprovalRequired;
  const asked = awaitsRollback || reason === PLAN_REASONS.BudgetExceeded;
  return { awaitsRollback, rollback: asked ? outlook?.rollback : undefined };
}
