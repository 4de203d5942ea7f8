import type { UpgradeAction } from '../../../api/generated/upgradeaction.ts';
import type { NodeRecord } from '../../../api/generated/upgradebatch.ts';
import type { PlanAct, PlanEnd } from '../../../api/generated/upgradeplan.ts';
import { CONDITIONS } from '../../../api/conditions.ts';
import { findCondition } from '../../condition.ts';
import { presentFields } from '../../present-fields.ts';
import { cutToBytes, toRfc3339 } from '../../text.ts';
import type { ActionsResult } from '../model/actions-result.ts';
import type { PlanControl } from '../model/plan-control.ts';
import { abort } from './abort.ts';
import { done, refuse, type ActionHandler, type ActionResult, type ActionView, type ControlChange } from './action.ts';
import { isAnswered } from './answered.ts';
import { pause } from './pause.ts';
import { release } from './release.ts';
import { resume } from './resume.ts';
import { retryFailed } from './retry.ts';
import { approveRollback, rollBack } from './roll-back.ts';
import { skip } from './skip.ts';
import { approve } from './approve.ts';
import type { ActionAnswer, Command } from '../model/command.ts';
import { decidedEnd } from '../fleet/rollout-end.ts';
import { decidedRollback } from '../rollback/decided.ts';
import { endOfRollback } from '../rollback/next-rollback.ts';

/** The plan's history holds so many acts. */
const HISTORY_LIMIT = 20;
/** So many acts are entered there in one pass, so that none is dropped before it has been answered. */
const MOST_AT_ONCE = 10;

const ACTS: Readonly<Record<UpgradeAction['spec']['action'], ActionHandler>> = {
  Abort: abort,
  Approve: (view, action) => {
    const rollback = approveRollback(view, action);
    if (rollback !== undefined) return rollback;
    const step = approve(view.input, action, view.fleet);
    return 'answer' in step ? step : { approved: step.approval };
  },
  Pause: pause,
  Release: release,
  Resume: resume,
  Retry: retryFailed,
  Rollback: rollBack,
  Skip: skip,
};

/**
 * Decides what becomes of each act that has no answer yet. An act that is done is entered into the plan's history first, in the same write
 * as what it changes about the plan, and answered when it stands there: so each is done once, whatever is killed in between.
 */
export function answerActions(view: ActionView): ActionsResult {
  const history = view.input.snapshot.plan.status?.history ?? [];
  const steps = view.input.snapshot.actions
    .filter((action) => !isAnswered(action))
    .map((action): DecidedAction => {
      const entry = history.find(({ uid }) => uid === action.metadata.uid);
      return { action, entry, step: entry === undefined ? decideAction(view, action) : done(entry.message) };
    });
  return {
    commands: steps.flatMap((each) => [...(each.step.commands ?? []), ...answersOf(each)]),
    resumed: firstOfBatch(steps, ({ resumed }) => resumed),
    approved: firstOfBatch(steps, ({ approved }) => approved),
    records: changedRecords(steps),
    control: controlAfter(view, steps),
  };
}

/** An act without its answer, and what follows from it. */
interface DecidedAction {
  readonly action: UpgradeAction;
  /** Its entry in the history: all that is left of it is the answer. */
  readonly entry: PlanAct | undefined;
  readonly step: ActionResult;
}

function answersOf({ action, entry, step }: DecidedAction): readonly Command[] {
  if (step.answer === undefined || (step.answer.status === 'True' && entry === undefined)) return [];
  return answer(action, step.answer);
}

/** Of two for one batch in one pass the first counts; the other is answered when that is written. */
function firstOfBatch<T>(steps: readonly DecidedAction[], pick: (step: ActionResult) => T | undefined): ReadonlyMap<string, T> {
  const picked = new Map<string, T>();
  for (const { action, step } of steps) {
    const value = pick(step);
    const batch = action.spec.batch ?? '';
    if (value !== undefined && !picked.has(batch)) picked.set(batch, value);
  }
  return picked;
}

function changedRecords(steps: readonly DecidedAction[]): ActionsResult['records'] {
  const records = new Map<string, ReadonlyMap<string, NodeRecord>>();
  for (const { step } of steps) {
    for (const [batch, changes] of step.records ?? []) records.set(batch, new Map([...(records.get(batch) ?? []), ...changes]));
  }
  return records;
}

function controlAfter(view: ActionView, steps: readonly DecidedAction[]): PlanControl {
  const { status } = view.input.snapshot.plan;
  const ready = steps.filter(({ entry, step }) => entry === undefined && step.answer?.status === 'True');
  // Each that changes the plan is decided on what the one before has made of it: one in a pass.
  const changing = ready.find(({ step }) => step.control !== undefined);
  const entered = ready.filter((each) => each === changing || each.step.control === undefined).slice(0, MOST_AT_ONCE);
  const change = changing !== undefined && entered.includes(changing) ? changing.step.control : undefined;
  const pausedBy = change?.pausedBy ?? status?.pausedBy;
  const entries = entered.flatMap(({ action, step }) => (step.answer === undefined ? [] : [entryOf(view, action, step.answer)]));
  return {
    pausedBy: pausedBy === 'None' ? undefined : pausedBy,
    ...endAndRollback(view, change),
    history: [...(status?.history ?? []), ...entries].slice(-HISTORY_LIMIT),
  };
}

/** An end ends a rollback too, and a rollback that has nothing left to do is the end. */
function endAndRollback(view: ActionView, change: ControlChange | undefined): Pick<PlanControl, 'ended' | 'rollback'> {
  const before = change?.ended === 'None' ? undefined : (decidedEnd(view.input, view.budget) ?? change?.ended);
  const ended = before ?? (change?.rollback === undefined ? endOfRollback(view) : undefined);
  return { ended, rollback: ended === undefined ? (change?.rollback ?? decidedRollback(view)) : undefined };
}

/** What can still be asked for once the rollout of a revision is over: what was done can be taken back, and then be done again. */
function outlivesEnd({ spec }: UpgradeAction, ended: PlanEnd): boolean {
  return spec.action === 'Release' || spec.action === 'Rollback' || (spec.action === 'Retry' && ended.reason === 'RolledBack');
}

function decideAction(view: ActionView, action: UpgradeAction): ActionResult {
  const ended = decidedEnd(view.input, view.budget);
  if (ended !== undefined && !outlivesEnd(action, ended)) {
    return refuse('RevisionEnded', `the rollout of this revision is over (${ended.message}); another version begins a new one`);
  }
  return ACTS[action.spec.action](view, action);
}

function entryOf({ input }: ActionView, { metadata, spec }: UpgradeAction, { message }: ActionAnswer): PlanAct {
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

/** The answer, unless the act has it already: one that waits is told so once. */
function answer(action: UpgradeAction, given: ActionAnswer): readonly Command[] {
  const before = findCondition(action.status?.conditions, CONDITIONS.applied);
  if (before?.status === given.status && before.reason === given.reason) return [];
  return [{ kind: 'AnswerAction', action, answer: given, why: `${action.metadata.name}: ${given.message}` }];
}
