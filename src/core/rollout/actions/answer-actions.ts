import type { UpgradeAction } from '../../../api/generated/upgradeaction.ts';
import type { NodeRecord } from '../../../api/generated/upgradebatch.ts';
import type { AppliedAction, PlanEnd } from '../../../api/generated/upgradeplan.ts';
import { CONDITIONS } from '../../../api/conditions.ts';
import { findCondition } from '../../condition.ts';
import { presentFields } from '../../present-fields.ts';
import { cutToBytes, toRfc3339 } from '../../text.ts';
import type { ActionsResult } from '../model/actions-result.ts';
import type { PlanControl } from '../model/plan-control.ts';
import { abort } from './abort.ts';
import { done, reject, type ActionHandler, type ActionResult, type ActionView, type ControlChange } from './action.ts';
import { isAnswered } from './answered.ts';
import { pause } from './pause.ts';
import { release } from './release.ts';
import { resume } from './resume.ts';
import { retry } from './retry.ts';
import { rollBack } from './roll-back.ts';
import { skip } from './skip.ts';
import { approve } from './approve.ts';
import type { ActionAnswer, Command } from '../model/command.ts';
import { decidedEnd } from '../fleet/rollout-end.ts';
import { decidedRollback } from '../rollback/decide-rollback.ts';
import { rollbackEnd } from '../rollback/next-rollback.ts';

/** Maximum number of actions in the plan's history. */
const MAX_HISTORY = 20;
/** Maximum number of actions added to the history in one pass, so that none is dropped before it has been answered. */
const MAX_ADDED = 10;

/** The handler of each action. An action that is added to the API does not compile without one. */
const HANDLERS = {
  Abort: abort,
  Approve: approve,
  Pause: pause,
  Release: release,
  Resume: resume,
  Retry: retry,
  Rollback: rollBack,
  Skip: skip,
} as const satisfies Record<UpgradeAction['spec']['action'], ActionHandler>;

/**
 * Handles each action that has no final answer yet. An action that is done is first added to the plan's history, in the same write as the
 * change that it makes to the plan, and answered once it is there. So each action takes effect once, whatever is killed in between.
 */
export function answerActions(view: ActionView): ActionsResult {
  const history = view.input.snapshot.plan.status?.history ?? [];
  const decided = view.input.snapshot.actions
    .filter((action) => !isAnswered(action))
    .map((action): DecidedAction => {
      const entry = history.find(({ uid }) => uid === action.metadata.uid);
      return { action, entry, result: entry === undefined ? decideAction(view, action) : done(entry.message) };
    });
  return {
    commands: decided.flatMap((each) => [...(each.result.commands ?? []), ...answersTo(each)]),
    resumed: firstByBatch(decided, ({ resumed }) => resumed),
    approved: firstByBatch(decided, ({ approved }) => approved),
    records: changedRecords(decided),
    control: controlAfter(view, decided),
  };
}

/** An action without a final answer, and what to do about it. */
interface DecidedAction {
  readonly action: UpgradeAction;
  /** Its entry in the history. If there is one, only the answer is missing. */
  readonly entry: AppliedAction | undefined;
  readonly result: ActionResult;
}

function answersTo({ action, entry, result }: DecidedAction): readonly Command[] {
  if (result.answer === undefined || (result.answer.status === 'True' && entry === undefined)) return [];
  return answerOnce(action, result.answer);
}

/** The first value for each batch. A second action for the same batch is handled in a later pass. */
function firstByBatch<T>(
  decided: readonly DecidedAction[],
  pick: (result: ActionResult) => T | undefined,
): ReadonlyMap<string, T> {
  const picked = new Map<string, T>();
  for (const { action, result } of decided) {
    const value = pick(result);
    const batch = action.spec.batch ?? '';
    if (value !== undefined && !picked.has(batch)) picked.set(batch, value);
  }
  return picked;
}

function changedRecords(decided: readonly DecidedAction[]): ActionsResult['records'] {
  const records = new Map<string, ReadonlyMap<string, NodeRecord>>();
  for (const { result } of decided) {
    for (const [batch, changes] of result.records ?? []) records.set(batch, new Map([...(records.get(batch) ?? []), ...changes]));
  }
  return records;
}

function controlAfter(view: ActionView, decided: readonly DecidedAction[]): PlanControl {
  const { status } = view.input.snapshot.plan;
  const ready = decided.filter(({ entry, result }) => entry === undefined && result.answer?.status === 'True');
  // Only one action changes the plan in a pass, so that the next one is decided by its outcome.
  const changing = ready.find(({ result }) => result.control !== undefined);
  const added = ready.filter((each) => each === changing || each.result.control === undefined).slice(0, MAX_ADDED);
  const change = changing !== undefined && added.includes(changing) ? changing.result.control : undefined;
  const pausedBy = change?.pausedBy ?? status?.pausedBy;
  const entries = added.flatMap(({ action, result }) =>
    result.answer === undefined ? [] : [entryOf(view, action, result.answer)],
  );
  return {
    pausedBy: pausedBy === 'None' ? undefined : pausedBy,
    ...endAndRollback(view, change),
    history: [...(status?.history ?? []), ...entries].slice(-MAX_HISTORY),
  };
}

/** An end of the rollout also ends its rollback, and a rollback with nothing left to do ends the rollout. */
function endAndRollback(view: ActionView, change: ControlChange | undefined): Pick<PlanControl, 'ended' | 'rollback'> {
  const before = change?.ended === 'None' ? undefined : (decidedEnd(view.input, view.budget) ?? change?.ended);
  const ended = before ?? (change?.rollback === undefined ? rollbackEnd(view) : undefined);
  return { ended, rollback: ended === undefined ? (change?.rollback ?? decidedRollback(view)) : undefined };
}

/** Whether the action is allowed after the end of the rollout: it can be rolled back, and after a rollback be tried again. */
function isAllowedAfter({ spec }: UpgradeAction, ended: PlanEnd): boolean {
  return spec.action === 'Release' || spec.action === 'Rollback' || (spec.action === 'Retry' && ended.reason === 'RolledBack');
}

function decideAction(view: ActionView, action: UpgradeAction): ActionResult {
  const ended = decidedEnd(view.input, view.budget);
  if (ended !== undefined && !isAllowedAfter(action, ended)) {
    return reject('RevisionEnded', `the rollout of this revision has ended (${ended.message}); another version begins a new one`);
  }
  return HANDLERS[action.spec.action](view, action);
}

function entryOf({ input }: ActionView, { metadata, spec }: UpgradeAction, { message }: ActionAnswer): AppliedAction {
  return presentFields({
    action: spec.action,
    name: metadata.name,
    uid: metadata.uid,
    requestedBy: spec.requestedBy,
    reason: spec.reason,
    batch: spec.batch,
    message: cutToBytes(message, 256),
    time: toRfc3339(input.now),
  });
}

/** The answer, unless the action has it already. */
function answerOnce(action: UpgradeAction, given: ActionAnswer): readonly Command[] {
  const before = findCondition(action.status?.conditions, CONDITIONS.applied);
  if (before?.status === given.status && before.reason === given.reason) return [];
  return [{ kind: 'AnswerAction', action, answer: given, why: `${action.metadata.name}: ${given.message}` }];
}
