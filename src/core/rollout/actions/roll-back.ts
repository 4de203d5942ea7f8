import type { UpgradeAction } from '../../../api/generated/upgradeaction.ts';
import { presentFields } from '../../present-fields.ts';
import { cutToBytes, toRfc3339 } from '../../text.ts';
import { isRollback } from '../records/batch-goal.ts';
import { canRollBack, rollbackCuts, earlierVersion, type RollbackScope, describeExtent } from '../rollback/cut-rollback.ts';
import { recordedRollback } from '../records/recorded-rollback.ts';
import { done, reject, whoAndWhy, type ActionResult, type ActionView } from './action.ts';
import { rejectOutOfScope } from './action-scope.ts';

/** Rolls back what the named batch did, or everything that the rollout of the revision has changed. */
export function rollBack(view: ActionView, action: UpgradeAction): ActionResult {
  const rejected = rejectOutOfScope(view, action, 'any');
  if (rejected !== undefined) return rejected;
  const { batch } = action.spec;
  const named = view.fleet.batches.find(({ metadata }) => metadata.name === batch);
  if (named !== undefined && isRollback(named)) {
    return reject(
      'WrongBatch',
      `${named.metadata.name} is itself a rollback; to upgrade its nodes again, create an UpgradeAction Retry`,
    );
  }
  return beginRollback(view, action, batch === undefined ? { scope: 'Plan' } : { scope: 'Batch', batch });
}

/** Begins a rollback that a person has requested or approved. This also ends a pause, because the person wants the rollback to run. */
export function beginRollback(view: ActionView, action: UpgradeAction, scope: RollbackScope): ActionResult {
  const { input, fleet } = view;
  const { snapshot, now } = input;
  const { plan, revision } = snapshot;
  const running = recordedRollback(snapshot);
  if (running !== undefined) return reject('RollingBack', `a rollback is already in progress: ${running.message}`);
  if (!plan.spec.processes.some((process) => process.job?.rollback !== undefined)) {
    const advice = 'add one, which re-runs no node, and create another UpgradeAction, or repair the nodes manually';
    return reject('NoRollback', `no process of the plan has \`job.rollback.template\`: ${advice}`);
  }
  const cuts = rollbackCuts(snapshot, fleet, scope);
  const changes = cuts.flatMap((cut) => cut.changes);
  if (changes.length === 0) {
    const where = scope.batch ?? `revision ${revision.slice(0, 8)}`;
    return reject('NothingToRollBack', `nothing that ${where} changed is left to roll back`);
  }
  if (!changes.some((change) => canRollBack(change, plan))) {
    const unknown = changes.every((change) => earlierVersion(change, plan) === undefined);
    const why = unknown
      ? 'their earlier version is not known; give a process a `verify` that compares versions'
      : 'the processes that ran there have no `job.rollback.template`';
    return reject('NothingToRollBack', `${describeExtent(cuts)} cannot be rolled back: ${why}`);
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
  return { ...done(`rolling back ${describeExtent(cuts)}`), control: { rollback, pausedBy: 'None', ended: 'None' } };
}
