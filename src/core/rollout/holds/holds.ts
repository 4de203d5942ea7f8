import { PLAN_REASONS } from '../../../api/conditions.ts';
import type { PassView, WaitingNode } from '../fleet/pass-view.ts';
import type { Hold } from '../model/hold.ts';
import { nextUnapproved, startUnapproved } from './approval.ts';
import { gatesBeforeBatch, gatesBeforeNode } from './gates.ts';
import { dependencyNotMet } from './dependencies.ts';
import { groupNotTaken } from './exclusive-group.ts';
import { isRollback } from '../records/batch-goal.ts';
import { holdForFit } from './fit.ts';
import { holdForFreezes } from './freezes.ts';
import { holdForSinks } from './unknown-sinks.ts';
import { holdForWindows } from './windows.ts';
import { batchInOtherDomain, turnInOtherDomain } from './one-domain.ts';
import { collectingNewNodes } from './new-nodes.ts';
import { madeByOlderVersion } from './older-version.ts';
import { holdForNotification } from './notification.ts';
import { soaking } from './soak.ts';

type Rule = (view: PassView) => Hold | undefined;
type TurnRule = (view: PassView, waiting: WaitingNode) => Hold | undefined;

/** They hold everything new: the next batch, and each turn of the open one. The first that holds is the one that is shown. */
const START_RULES: readonly Rule[] = [
  pausedBySpec,
  pausedByAction,
  madeByOlderVersion,
  validationPending,
  holdForSinks,
  dependencyNotMet,
];

/** They hold the next batch, beside the rules above. An approval comes first: somebody has to be asked, and may answer during the soak. */
const BATCH_RULES: readonly Rule[] = [collectingNewNodes, nextUnapproved, soaking, batchInOtherDomain, requiredNotification];

/** They hold all turns of the open batch, beside the rules that hold everything. */
const OPEN_BATCH_RULES: readonly Rule[] = [startUnapproved];

/**
 * They hold everything new as well, but are asked after all that people have to answer: who approves is asked by day, and not first when the
 * window opens.
 */
const TIME_RULES: readonly Rule[] = [holdForFreezes, holdForWindows];

/**
 * They hold a rollback, beside `maxUnavailable` and the budgets of Pods. No calendar, gate or dependency does: they were made for the upgrade that is
 * to be undone, and a fleet left at a bad version until the next night is the worse of the two.
 */
const ROLLBACK_RULES: readonly Rule[] = [pausedBySpec, pausedByAction, madeByOlderVersion, validationPending, groupNotTaken];

/** They hold the turn of one node in a rollback. */
const ROLLBACK_TURN_RULES: readonly TurnRule[] = [turnInOtherDomain];

/** They hold the turn of one node of the open batch, beside the rules that hold everything. */
const TURN_RULES: readonly TurnRule[] = [holdForFit, turnInOtherDomain];

function first<R extends readonly unknown[]>(rules: readonly ((...args: R) => Hold | undefined)[], ...args: R): Hold | undefined {
  for (const rule of rules) {
    const hold = rule(...args);
    if (hold !== undefined) return hold;
  }
  return undefined;
}

/** What keeps anything new from starting whatever it is, and is shown first. */
export function holdStart(view: PassView): Hold | undefined {
  return first(START_RULES, view);
}

/**
 * What keeps the next batch from being made, if anything does. Gates come late: while something else holds, they
 * need not be asked. The exclusive group comes last: no plan takes it that could not start.
 */
export function holdNextBatch(view: PassView): Hold | undefined {
  return holdStart(view) ?? first([...BATCH_RULES, ...TIME_RULES, gatesBeforeBatch, groupNotTaken], view);
}

/** What keeps every turn of the open batch from being opened, if anything does. */
export function holdOpenBatch(view: PassView): Hold | undefined {
  return holdStart(view) ?? first([...OPEN_BATCH_RULES, ...TIME_RULES, gatesBeforeNode, groupNotTaken], view);
}

/** What keeps a rollback from going on, if anything does. */
export function holdRollback(view: PassView): Hold | undefined {
  return first(ROLLBACK_RULES, view);
}

/** What keeps this one node from its turn, if anything does; what holds everything has been asked before. */
export function holdTurn(view: PassView, waiting: WaitingNode): Hold | undefined {
  return first(isRollback(waiting.batch) ? ROLLBACK_TURN_RULES : TURN_RULES, view, waiting);
}

/** Asked before the group, which a plan would otherwise take and give back in turns. */
function requiredNotification({ input }: PassView): Hold | undefined {
  return input.snapshot.plan.spec.notify?.required === true ? holdForNotification(input) : undefined;
}

function pausedBySpec({ input }: PassView): Hold | undefined {
  if (!input.snapshot.plan.spec.paused) return undefined;
  return { reason: PLAN_REASONS.PausedBySpec, message: 'spec.paused is true', summary: 'Paused', kind: 'Resting' };
}

function pausedByAction({ input }: PassView): Hold | undefined {
  const { plan, revision, batches } = input.snapshot;
  const pause = plan.status?.pausedBy;
  if (pause === undefined) return undefined;
  const who = pause.requestedBy === undefined ? pause.action : `${pause.requestedBy} (${pause.action})`;
  const why = pause.reason === undefined ? '' : `: ${pause.reason}`;
  const newest = batches.findLast((batch) => batch.spec.revision === revision)?.metadata.name;
  const named = newest === undefined ? `revision ${revision.slice(0, 8)}` : newest;
  const message = `paused by ${who}${why}; to go on, create an UpgradeAction Resume for ${named}`;
  return { reason: PLAN_REASONS.PausedByAct, message, summary: 'Paused', kind: 'Resting' };
}

function validationPending({ input }: PassView): Hold | undefined {
  const { validation } = input.snapshot;
  if (validation.kind !== 'Pending') return undefined;
  return { reason: PLAN_REASONS.ValidationPending, message: validation.message, summary: 'Waiting', kind: 'Working' };
}
