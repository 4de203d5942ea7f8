import { ACTION_REASONS } from '../../../api/conditions.ts';
import type { UpgradeAction } from '../../../api/generated/upgradeaction.ts';
import type { Approval, NodeRecord, Resumption } from '../../../api/generated/upgradebatch.ts';
import type { PlanEnd, PlanPause, PlanRollback } from '../../../api/generated/upgradeplan.ts';
import type { Budget } from '../fleet/budget.ts';
import type { ActionAnswer, Command } from '../model/command.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { DecisionInput } from '../model/snapshot.ts';

/** What the decision about an act looks at. `input` has what is on record, `fleet` and `budget` also what this pass has found. */
export interface ActionView {
  readonly input: DecisionInput;
  readonly fleet: Fleet;
  readonly budget: Budget;
}

/** What an act changes about the plan as a whole; written together with its entry in the history. */
export interface ControlChange {
  /** `None` ends a pause. */
  readonly pausedBy?: PlanPause | 'None';
  /** `None` lets a rollout that was over go on, or be rolled back. */
  readonly ended?: PlanEnd | 'None';
  readonly rollback?: PlanRollback;
}

/** Records that an act changes: by the batch's name, then by the node's. */
export type RecordChanges = ReadonlyMap<string, ReadonlyMap<string, NodeRecord>>;

/**
 * What follows from an act now. An answer of True says that what was asked for is on record, or comes about by `control`; until then
 * the act is looked at again in each pass, so that a kill in between is harmless.
 */
export interface ActionResult {
  readonly answer?: ActionAnswer;
  readonly commands?: readonly Command[];
  /** To be noted in the batch that the act names. */
  readonly resumed?: Resumption;
  readonly approved?: Approval;
  readonly records?: RecordChanges;
  readonly control?: ControlChange;
}

/** Decides what follows from one act. */
export type ActionHandler = (view: ActionView, action: UpgradeAction) => ActionResult;

/** The act is refused, and nothing was done. */
export function refuse(reason: keyof typeof ACTION_REASONS, message: string): { readonly answer: ActionAnswer } {
  return { answer: { status: 'False', reason: ACTION_REASONS[reason], message } };
}

/** The act waits, and is answered later. */
export function wait(message: string): { readonly answer: ActionAnswer } {
  return { answer: { status: 'Unknown', reason: ACTION_REASONS.Pending, message } };
}

/** The act is done. */
export function done(message: string): { readonly answer: ActionAnswer } {
  return { answer: { status: 'True', reason: ACTION_REASONS.Done, message } };
}

/** Who asked and why, for people: `by ann: disk replaced`. */
export function whoAndWhy({ metadata, spec }: UpgradeAction): string {
  const who = spec.requestedBy === undefined ? metadata.name : `${spec.requestedBy} (${metadata.name})`;
  return `by ${who}${spec.reason === undefined ? '' : `: ${spec.reason}`}`;
}
