import type { UpgradeAction } from '../../../api/generated/upgradeaction.ts';
import { presentFields } from '../../present-fields.ts';
import { toRfc3339 } from '../../text.ts';
import { awaitedApproval } from '../holds/approval.ts';
import { awaitedRollback } from '../rollback/decide-rollback.ts';
import { done, reject, type ActionResult, type ActionView } from './action.ts';
import { beginRollback } from './roll-back.ts';

/** Approves what waits for it after the named batch: a rollback, or the step of that batch. */
export function approve(view: ActionView, action: UpgradeAction): ActionResult {
  return approveRollback(view, action) ?? approveStep(view, action);
}

/** Begins the rollback that waits for approval after the named batch; undefined if none does. */
function approveRollback(view: ActionView, action: UpgradeAction): ActionResult | undefined {
  const awaited = awaitedRollback(view);
  if (awaited === undefined || action.spec.batch !== awaited.batch) return undefined;
  if (awaitedApproval(view.input.snapshot, view.fleet) !== undefined) {
    const both = `both a step and a rollback wait for approval after ${awaited.batch}`;
    return reject('Ambiguous', `${both}: create an UpgradeAction Rollback, or a Resume and then another Approve`);
  }
  return beginRollback(view, action, awaited.scope);
}

/**
 * Approves the batch that waits for it and no other, so that an action that is applied again, or too early, has no effect. The action is Done
 * once the approval is in the batch's status, so that a kill in between is harmless.
 */
function approveStep({ input, fleet }: ActionView, { metadata, spec }: UpgradeAction): ActionResult {
  const { snapshot, now } = input;
  const wanted = spec.batch ?? '';
  const given = fleet.batches.find((batch) => batch.metadata.name === wanted)?.status?.approved;
  if (given?.action === metadata.name) return done(`approved: ${wanted}`);
  const awaited = awaitedApproval(snapshot, fleet);
  if (awaited === undefined) {
    const earlier = given === undefined ? '' : `; ${wanted} was approved by ${given.action}`;
    return reject('NotWaiting', `no batch of the plan waits for approval now${earlier}`);
  }
  const { name } = awaited.batch.metadata;
  if (name !== wanted) return reject('WrongBatch', `${name} waits for approval, not ${wanted}`);
  const { requestedBy } = spec;
  return {
    approved: presentFields({ action: metadata.name, approval: awaited.approval, requestedBy, time: toRfc3339(now) }),
  };
}
