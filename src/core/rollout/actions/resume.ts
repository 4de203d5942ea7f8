import type { UpgradeAction } from '../../../api/generated/upgradeaction.ts';
import type { Resumption, UpgradeBatch } from '../../../api/generated/upgradebatch.ts';
import { presentFields } from '../../present-fields.ts';
import { toRfc3339 } from '../../text.ts';
import { requiredDelivery } from '../holds/notification.ts';
import { madeByOlderVersion } from '../holds/older-version.ts';
import { BATCH_FORMAT } from '../records/batch-format.ts';
import { isSettled } from '../records/settled.ts';
import { done, reject, wait, type ActionResult, type ActionView } from './action.ts';
import { rejectOutOfScope } from './action-scope.ts';

/**
 * Resumes a plan that a Pause, its failure budget, a missing required notification or a batch of another format has stopped. The failure
 * budget starts again, if asked for with another limit, and the notification of the named batch is no longer required.
 */
export function resume(view: ActionView, action: UpgradeAction): ActionResult {
  const { input, fleet, budget } = view;
  const { batch: wanted, maxFailed } = action.spec;
  const paused = input.snapshot.plan.status?.pausedBy !== undefined;
  const control = paused ? { control: { pausedBy: 'None' as const } } : {};
  const named = fleet.batches.find((batch) => batch.metadata.name === wanted);
  if (named?.status?.resumed?.action === action.metadata.name) {
    return { ...done(`resumed after ${named.metadata.name}; the failure budget starts again`), ...control };
  }
  // Each of these holds until the batch is marked as resumed.
  const held = budget.exceeded || requiredDelivery(input) !== undefined || madeByOlderVersion(view) !== undefined;
  if (!held && !paused) {
    return reject(
      'NotPaused',
      'neither an UpgradeAction nor the failure budget has paused the plan; to change spec.paused, edit the plan',
    );
  }
  if (wanted === undefined) return rejectUnnamed(view, action, held) ?? { ...done('resumed'), ...control };
  const newest = fleet.batches.at(-1);
  if (named === undefined || named !== newest) {
    return reject('WrongBatch', `the plan is paused after ${newest?.metadata.name ?? 'no batch'}, not after ${wanted}`);
  }
  if (!held && maxFailed === undefined) return { ...done('resumed'), ...control };
  // The outcome of running nodes may change the person's mind, so they finish first.
  if (!isSettled(named)) return wait(`waits until the running nodes of ${named.metadata.name} are finished`);
  return { resumed: resumptionAfter(view, action, named) };
}

function resumptionAfter({ input, budget }: ActionView, { metadata, spec }: UpgradeAction, { status }: UpgradeBatch): Resumption {
  // A Resume that only accepts another format keeps the budget that an earlier one has raised.
  const raised = budget.exceeded ? undefined : status?.resumed?.maxFailed;
  return presentFields({
    action: metadata.name,
    requestedBy: spec.requestedBy,
    maxFailed: spec.maxFailed ?? raised,
    format: BATCH_FORMAT,
    time: toRfc3339(input.now),
  });
}

/** Why an action that names no batch cannot resume the plan; undefined if it can. */
function rejectUnnamed(view: ActionView, action: UpgradeAction, held: boolean): ActionResult | undefined {
  const rejected = rejectOutOfScope(view, action, 'newest');
  if (rejected !== undefined || !held) return rejected;
  const why = heldBecause(view);
  const batch = view.budget.batch ?? view.fleet.batches.at(-1)?.metadata.name ?? 'the batch';
  return reject('WrongBatch', `${why}: \`batch\` must name ${batch}`);
}

function heldBecause(view: ActionView): string {
  if (view.budget.exceeded) return 'too many nodes failed';
  return madeByOlderVersion(view) === undefined
    ? 'a notification is required'
    : 'another version of Baton created the newest batch';
}
