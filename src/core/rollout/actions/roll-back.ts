import type { UpgradeAction } from '../../../api/generated/upgradeaction.ts';
import { presentFields } from '../../present-fields.ts';
import { cutToBytes, toRfc3339 } from '../../text.ts';
import { awaitedApproval } from '../holds/approval.ts';
import { isRollback } from '../records/batch-goal.ts';
import { canGoBack, rollbackCuts, versionBack, type RollbackScope } from '../rollback/cut-rollback.ts';
import { awaitedRollback, extent } from '../rollback/decided.ts';
import { recordedRollback } from '../records/recorded-rollback.ts';
import { done, refuse, whoAndWhy, type ActionResult, type ActionView } from './action.ts';
import { refuseOutOfScope } from './scope.ts';

/** Takes back what the named batch did, or all that the rollout of the revision has changed. */
export function rollBack(view: ActionView, action: UpgradeAction): ActionResult {
  const refused = refuseOutOfScope(view, action, 'any');
  if (refused !== undefined) return refused;
  const { batch } = action.spec;
  const named = view.fleet.batches.find(({ metadata }) => metadata.name === batch);
  if (named !== undefined && isRollback(named)) {
    return refuse('WrongBatch', `${named.metadata.name} is a rollback itself: to upgrade its nodes again, create a Retry`);
  }
  return beginRollback(view, action, batch === undefined ? { scope: 'Plan' } : { scope: 'Batch', batch });
}

/**
 * An Approve of the batch after which a rollback awaits approval lets it begin. Where the batch waits for the approval of its step as well,
 * nobody can tell what is meant: undefined where no rollback waits.
 */
export function approveRollback(view: ActionView, action: UpgradeAction): ActionResult | undefined {
  const awaited = awaitedRollback(view);
  if (awaited === undefined || action.spec.batch !== awaited.batch) return undefined;
  if (awaitedApproval(view.input.snapshot, view.fleet) !== undefined) {
    const message = `${awaited.batch} waits to be approved as a step, and to be rolled back: create a Rollback, or a Resume and another Approve`;
    return refuse('Ambiguous', message);
  }
  return beginRollback(view, action, awaited.scope);
}

/** Begins a rollback that a person has asked for, or approved. A pause from before ends with it: who asks for it wants it to run. */
export function beginRollback(view: ActionView, action: UpgradeAction, scope: RollbackScope): ActionResult {
  const { input, fleet } = view;
  const { snapshot, now } = input;
  const { plan, revision } = snapshot;
  const under = recordedRollback(snapshot);
  if (under !== undefined) return refuse('RollingBack', `a rollback is under way already: ${under.message}`);
  if (!plan.spec.processes.some((process) => process.job?.rollback !== undefined)) {
    const how = 'add one (it re-runs no node) and create another act, or repair by hand';
    return refuse('NoRollback', `no process of the plan has \`job.rollback.template\`: ${how}`);
  }
  const cuts = rollbackCuts(snapshot, fleet, scope);
  const changes = cuts.flatMap((cut) => cut.changes);
  if (changes.length === 0) {
    const where = scope.batch ?? `revision ${revision.slice(0, 8)}`;
    return refuse('NothingToRollBack', `nothing that ${where} did is left to be rolled back`);
  }
  if (!changes.some((change) => canGoBack(change, plan))) {
    const unknown = changes.every((change) => versionBack(change, plan) === undefined);
    const why = unknown
      ? 'nobody knows which version they came from: give a process a `verify` that compares versions'
      : 'what ran there has no `job.rollback.template`';
    return refuse('NothingToRollBack', `none of ${extent(cuts)} can go back: ${why}`);
  }
  const rollback = presentFields({
    revision,
    scope: scope.scope,
    batch: scope.batch,
    message: cutToBytes(whoAndWhy(action), 512),
    action: action.metadata.name,
    requestedBy: action.spec.requestedBy,
    time: toRfc3339(now),
  });
  return { ...done(`rolls back ${extent(cuts)}`), control: { rollback, pausedBy: 'None', ended: 'None' } };
}
