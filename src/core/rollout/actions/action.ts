import { ACTION_REASONS } from '../../../api/conditions.ts';
import type { UpgradeAction } from '../../../api/generated/upgradeaction.ts';
import type { Approval, NodeRecord, Resumption } from '../../../api/generated/upgradebatch.ts';
import type { PlanEnd, PlanPause, PlanRollback } from '../../../api/generated/upgradeplan.ts';
import type { Budget } from '../fleet/budget.ts';
import type { ActionAnswer, Command } from '../model/command.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { DecisionInput } from '../model/snapshot.ts';

/** What handlers decide by. `input` has what is stored; `fleet` and `budget` also include what this pass has observed. */
export interface ActionView {
  readonly input: DecisionInput;
  readonly fleet: Fleet;
  readonly budget: Budget;
}

/** What an action changes in the status of the plan. It is written together with the action's entry in the history. */
export interface ControlChange {
  /** `None` ends the pause. */
  readonly pausedBy?: PlanPause | 'None';
  /** `None` reopens a rollout that had ended, to continue it or roll it back. */
  readonly ended?: PlanEnd | 'None';
  readonly rollback?: PlanRollback;
}

/** Records that an action changes, by the name of the batch, then by the name of the node. */
export type RecordChanges = ReadonlyMap<string, ReadonlyMap<string, NodeRecord>>;

/**
 * What to do about an action in this pass. The answer True means that the effect is stored already, or is stored with `control`. An action
 * without a final answer is handled again in each pass, so that a kill in between is harmless.
 */
export interface ActionResult {
  readonly answer?: ActionAnswer;
  readonly commands?: readonly Command[];
  /** To be recorded in the batch that the action names. */
  readonly resumed?: Resumption;
  readonly approved?: Approval;
  readonly records?: RecordChanges;
  readonly control?: ControlChange;
}

/** Decides what to do about one action. */
export type ActionHandler = (view: ActionView, action: UpgradeAction) => ActionResult;

/** Rejects the action, which then has no effect. */
export function reject(reason: keyof typeof ACTION_REASONS, message: string): { readonly answer: ActionAnswer } {
  return { answer: { status: 'False', reason: ACTION_REASONS[reason], message } };
}

/** Lets the action wait; a later pass answers it. */
export function wait(message: string): { readonly answer: ActionAnswer } {
  return { answer: { status: 'Unknown', reason: ACTION_REASONS.Pending, message } };
}

/** Reports the action as done. */
export function done(message: string): { readonly answer: ActionAnswer } {
  return { answer: { status: 'True', reason: ACTION_REASONS.Done, message } };
}

/** Who requested the action and why, such as `by ann (replace-disk): disk replaced`. */
export function whoAndWhy({ metadata, spec }: UpgradeAction): string {
  const who = spec.requestedBy === undefined ? metadata.name : `${spec.requestedBy} (${metadata.name})`;
  return `by ${who}${spec.reason === undefined ? '' : `: ${spec.reason}`}`;
}
