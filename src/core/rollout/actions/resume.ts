import type { UpgradeAction } from '../../../api/generated/upgradeaction.ts';
import type { Resumption, UpgradeBatch } from '../../../api/generated/upgradebatch.ts';
import { presentFields } from '../../present-fields.ts';
import { toRfc3339 } from '../../text.ts';
import { requiredDelivery } from '../holds/notification.ts';
import { madeByOlderVersion } from '../holds/older-version.ts';
import { BATCH_FORMAT } from '../records/batch-format.ts';
import { isSettled } from '../records/settled.ts';
import { done, refuse, wait, type ActionResult, type ActionView } from './action.ts';
import { refuseOutOfScope } from './scope.ts';

/**
 * Lets a plan go on that an act paused, or its failure budget: then the budget starts anew, and may be another one. A plan that requires its
 * notifications goes on without that of the batch.
 */
export function resume(view: ActionView, action: UpgradeAction): ActionResult {
  const { input, fleet, budget } = view;
  const { batch: wanted, maxFailed } = action.spec;
  const paused = input.snapshot.plan.status?.pausedBy !== undefined;
  const control = paused ? { control: { pausedBy: 'None' as const } } : {};
  const named = fleet.batches.find((batch) => batch.metadata.name === wanted);
  if (named?.status?.resumed?.action === action.metadata.name) {
    return { ...done(`resumed after ${named.metadata.name}; the failure budget starts anew`), ...control };
  }
  // For both the batch is marked, so that what holds it is over for good.
  const held = budget.exceeded || requiredDelivery(input) !== undefined || madeByOlderVersion(view) !== undefined;
  if (!held && !paused) {
    return refuse(
      'NotPaused',
      'the plan is paused neither by its failure budget nor by an act; spec.paused is changed in the plan itself',
    );
  }
  if (wanted === undefined) return refuseUnnamed(view, action, held) ?? { ...done('resumed'), ...control };
  const newest = fleet.batches.at(-1);
  if (named === undefined || named !== newest) {
    return refuse('WrongBatch', `the plan is paused after ${newest?.metadata.name ?? 'no batch'}, not after ${wanted}`);
  }
  if (!held && maxFailed === undefined) return { ...done('resumed'), ...control };
  // What runs is finished first: its outcome may be what the person does not know yet.
  if (!isSettled(named)) return wait(`waits until what runs in ${named.metadata.name} is finished`);
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

/** Why an act that names no batch cannot resume the plan; undefined when it can. */
function refuseUnnamed(view: ActionView, action: UpgradeAction, held: boolean): ActionResult | undefined {
  const refused = refuseOutOfScope(view, action, 'newest');
  if (refused !== undefined || !held) return refused;
  const why = whyHeld(view);
  const batch = view.budget.batch ?? view.fleet.batches.at(-1)?.metadata.name ?? 'the batch';
  return refuse('WrongBatch', `${why}: \`batch\` must name ${batch}`);
}

function whyHeld(view: ActionView): string {
  if (view.budget.exceeded) return 'too many nodes failed';
  return madeByOlderVersion(view) === undefined
    ? 'a notification is required'
    : 'another version of Baton created the newest batch';
}
