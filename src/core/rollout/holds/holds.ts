import type { PassView, WaitingNode } from '../fleet/pass-view.ts';
import type { Hold } from '../model/hold.ts';
import { isRollback } from '../records/batch-goal.ts';
import { approvalBeforeNext, approvalBeforeStart } from './approval.ts';
import { dependencyNotMet } from './dependencies.ts';
import { exclusiveGroupBusy } from './exclusive-group.ts';
import { frozen } from './freezes.ts';
import { gateBeforeBatch, gateBeforeNode } from './gates.ts';
import { collectingNewNodes } from './new-nodes.ts';
import { requiredNotification } from './notification.ts';
import { madeByOlderVersion } from './older-version.ts';
import { batchInOtherDomain, turnInOtherDomain } from './one-domain.ts';
import { pausedByAction, pausedBySpec } from './paused.ts';
import { soaking } from './soak.ts';
import { sinksUnreadable } from './unknown-sinks.ts';
import { validationPending } from './validation.ts';
import { windowTooShort } from './window-fit.ts';
import { windowClosed } from './windows.ts';

/** Says why nothing new starts in the rollout; undefined if this rule does not apply. */
type Rule = (view: PassView) => Hold | undefined;
/** Says why one node does not get its turn; undefined if this rule does not apply. */
type TurnRule = (view: PassView, waiting: WaitingNode) => Hold | undefined;

// Each list is evaluated from top to bottom. The first hold that applies is the one that is reported.

/** What holds everything new: the next batch, and each turn of the open batch. */
const START: readonly Rule[] = [
  pausedBySpec, // spec.paused is true
  pausedByAction, // an UpgradeAction Pause is in effect
  madeByOlderVersion, // the newest batch has another format
  validationPending, // the templates have not been validated yet
  sinksUnreadable, // the shared sinks are unknown
  dependencyNotMet, // a plan in spec.dependsOn has not succeeded
];

/** What holds the next batch. */
const NEXT_BATCH: readonly Rule[] = [
  ...START,
  collectingNewNodes, // more new nodes may come and share the batch
  approvalBeforeNext, // the last batch needs approval; before the soak, which leaves people time to answer
  soaking, // the last batch is still soaking
  batchInOtherDomain, // a node of another topology domain is down
  requiredNotification, // notify.required: a sink has not received the last notification
  frozen, // after approvals, so that people are asked early and not when the freeze ends
  windowClosed, // after approvals, for the same reason
  gateBeforeBatch, // after what may hold for days, because gates are not evaluated meanwhile
  exclusiveGroupBusy, // last, because a plan acquires the group when nothing else holds it
];

/** What holds every turn of the open batch. */
const OPEN_BATCH: readonly Rule[] = [
  ...START,
  approvalBeforeStart, // the open batch needs approval
  frozen, // a freeze of the plan or of the cluster is in effect
  windowClosed, // every maintenance window is closed
  gateBeforeNode, // a gate is closed; evaluated late, as in NEXT_BATCH
  exclusiveGroupBusy, // last, as in NEXT_BATCH
];

/** What holds the turn of one node in the open batch. */
const TURN: readonly TurnRule[] = [
  windowTooShort, // the windows close before the node is expected to be done
  turnInOtherDomain, // a node of another topology domain is down
];

/**
 * What holds a rollback, besides `maxUnavailable` and PodDisruptionBudgets. Windows, freezes, gates and dependencies do not: they guard the
 * upgrade that is being undone, and a fleet that stays at a bad version until the next window is worse.
 */
const ROLLBACK: readonly Rule[] = [
  pausedBySpec, // spec.paused is true
  pausedByAction, // an UpgradeAction Pause is in effect
  madeByOlderVersion, // the newest batch has another format
  validationPending, // the templates have not been validated yet
  exclusiveGroupBusy, // another plan runs in the group
];

/** What holds the turn of one node in a rollback. */
const ROLLBACK_TURN: readonly TurnRule[] = [
  turnInOtherDomain, // a node of another topology domain is down
];

/** What holds the pulling of images for the next batch. A soak, an approval or a gate does not: pulling makes use of that time. */
const PRE_PULL: readonly Rule[] = [
  ...START,
  frozen, // a freeze is also for network traffic
  windowClosed, // a window is also for network traffic
  exclusiveGroupBusy, // another plan runs in the group
];

function first<R extends readonly unknown[]>(rules: readonly ((...args: R) => Hold | undefined)[], ...args: R): Hold | undefined {
  for (const rule of rules) {
    const hold = rule(...args);
    if (hold !== undefined) return hold;
  }
  return undefined;
}

/** Why nothing at all may start; undefined if nothing holds the whole plan. */
export function holdStart(view: PassView): Hold | undefined {
  return first(START, view);
}

/** Why the next batch is not created; undefined if nothing holds it. */
export function holdNextBatch(view: PassView): Hold | undefined {
  return first(NEXT_BATCH, view);
}

/** Why no turn of the open batch is opened; undefined if nothing holds all of them. */
export function holdOpenBatch(view: PassView): Hold | undefined {
  return first(OPEN_BATCH, view);
}

/** Why the rollback does not continue; undefined if nothing holds it. */
export function holdRollback(view: PassView): Hold | undefined {
  return first(ROLLBACK, view);
}

/** Why this node does not get its turn; undefined if nothing holds it. Holds on the whole batch are checked before. */
export function holdTurn(view: PassView, waiting: WaitingNode): Hold | undefined {
  return first(isRollback(waiting.batch) ? ROLLBACK_TURN : TURN, view, waiting);
}

/** Why the images of the next batch are not pulled; undefined if nothing holds that. */
export function holdPrePull(view: PassView): Hold | undefined {
  return first(PRE_PULL, view);
}
