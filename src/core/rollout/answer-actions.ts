import { ACTION_REASONS, CONDITIONS } from '../../api/conditions.ts';
import type { UpgradeAction } from '../../api/generated/upgradeaction.ts';
import type { Approval, Resumption } from '../../api/generated/upgradebatch.ts';
import { findCondition } from '../condition.ts';
import { toRfc3339 } from '../text.ts';
import { approve } from './approve.ts';
import { isSettled } from './batch-step.ts';
import type { ActionAnswer, Command } from './command.ts';
import type { Budget } from './budget.ts';
import type { Fleet } from './fleet.ts';
import type { DecisionInput } from './snapshot.ts';

/** What the acts of people bring about. */
export interface ActionsStep {
  readonly commands: readonly Command[];
  /** Batches that are to be marked as resumed, by name. */
  readonly resumed: ReadonlyMap<string, Resumption>;
  /** Batches that are to be marked as approved, by name. */
  readonly approved: ReadonlyMap<string, Approval>;
}

/** Whether an act has had its answer. Acts happen once. */
export function isAnswered(action: UpgradeAction): boolean {
  const applied = findCondition(action.status?.conditions, CONDITIONS.applied);
  return applied !== undefined && applied.status !== 'Unknown';
}

/** Decides what becomes of each act that has no answer yet. */
export function answerActions(input: DecisionInput, fleet: Fleet, budget: Budget): ActionsStep {
  const commands: Command[] = [];
  const resumed = new Map<string, Resumption>();
  const approved = new Map<string, Approval>();
  for (const action of input.snapshot.actions) {
    if (isAnswered(action)) continue;
    if (action.spec.action === 'Release') commands.push(...release(input, action));
    else if (action.spec.action === 'Approve') {
      const step = approve(input, action, fleet);
      if ('answer' in step) commands.push(...answer(action, step.answer));
      // Of two in one pass the first counts; the other is answered when that is written.
      else if (!approved.has(action.spec.batch ?? '')) approved.set(action.spec.batch ?? '', step.approval);
    } else {
      const step = resume(input, { action, fleet, budget });
      if (step.answer !== undefined) commands.push(...answer(action, step.answer));
      if (step.resumption !== undefined && action.spec.batch !== undefined) resumed.set(action.spec.batch, step.resumption);
    }
  }
  return { commands, resumed, approved };
}

/** The answer, unless the act has it already: one that waits is told so once. */
function answer(action: UpgradeAction, given: ActionAnswer): readonly Command[] {
  const before = findCondition(action.status?.conditions, CONDITIONS.applied);
  if (before?.status === given.status && before.reason === given.reason) return [];
  return [{ kind: 'AnswerAction', action, answer: given, why: `${action.metadata.name}: ${given.message}` }];
}

function wait(message: string): ActionAnswer {
  return { status: 'Unknown', reason: ACTION_REASONS.Pending, message };
}

/** Ends the quarantine of the named nodes. Done once none of them is quarantined any more, so that a kill in between is harmless. */
function release({ snapshot }: DecisionInput, action: UpgradeAction): readonly Command[] {
  const uid = snapshot.plan.metadata.uid;
  const names = action.spec.nodes ?? [];
  const failed = new Set(
    snapshot.batches.flatMap((batch) =>
      (batch.status?.nodes ?? []).filter((record) => record.state === 'Failed').map((record) => record.name),
    ),
  );
  const quarantined = names.flatMap((name) => {
    const node = snapshot.nodes.get(name);
    return node?.quarantine?.planUid === uid ? [node] : [];
  });
  const strangers = names.filter((name) => !failed.has(name) && snapshot.nodes.get(name)?.quarantine?.planUid !== uid);
  if (strangers.length > 0) {
    const message = `not quarantined by this plan: ${strangers.join(', ')}; nothing was done`;
    return answer(action, { status: 'False', reason: ACTION_REASONS.NotQuarantined, message });
  }
  // A node that failed may not be in quarantine yet: its turn is closed first.
  const busy = names.filter((name) => failed.has(name) && snapshot.nodes.get(name)?.claim === uid);
  if (busy.length > 0) return answer(action, wait(`waits for the turns of ${busy.join(', ')} to be closed`));
  if (quarantined.length > 0) {
    return quarantined.map((node): Command => ({
      kind: 'EndQuarantine',
      node,
      why: `${action.metadata.name} releases ${node.name}`,
    }));
  }
  return answer(action, { status: 'True', reason: ACTION_REASONS.Done, message: `released: ${names.join(', ')}` });
}

interface ResumeInput {
  readonly action: UpgradeAction;
  readonly fleet: Fleet;
  readonly budget: Budget;
}

function resume(
  { now }: DecisionInput,
  { action, fleet, budget }: ResumeInput,
): { answer?: ActionAnswer; resumption?: Resumption } {
  const refuse = (reason: string, message: string): { answer: ActionAnswer } => ({
    answer: { status: 'False', reason, message },
  });
  const newest = fleet.batches.at(-1);
  const named = fleet.batches.find((batch) => batch.metadata.name === action.spec.batch);
  if (named?.status?.resumed?.action === action.metadata.name) {
    return {
      answer: {
        status: 'True',
        reason: ACTION_REASONS.Done,
        message: `resumed after ${named.metadata.name}; the failure budget starts anew`,
      },
    };
  }
  if (!budget.exceeded) {
    return refuse(
      ACTION_REASONS.NotPaused,
      'the plan is not paused by its failure budget; spec.paused is changed in the plan itself',
    );
  }
  if (named === undefined || named !== newest) {
    return refuse(
      ACTION_REASONS.WrongBatch,
      `the plan is paused after ${newest?.metadata.name ?? 'no batch'}, not after ${action.spec.batch ?? ''}`,
    );
  }
  // What runs is finished first: its outcome may be what the person does not know yet.
  if (!isSettled(named)) return { answer: wait(`waits until what runs in ${named.metadata.name} is finished`) };
  const by = action.spec.requestedBy;
  return { resumption: { action: action.metadata.name, ...(by === undefined ? {} : { requestedBy: by }), time: toRfc3339(now) } };
}
