import type { UpgradeAction } from '../../../api/generated/upgradeaction.ts';
import { presentFields } from '../../present-fields.ts';
import { toRfc3339 } from '../../text.ts';
import { isSettled } from '../records/settled.ts';
import { awaitedRollback } from '../rollback/decided.ts';
import { recordedRollback } from '../records/recorded-rollback.ts';
import { done, refuse, whoAndWhy, type ActionResult, type ActionView } from './action.ts';
import { refuseOutOfScope } from './scope.ts';

/** Ends the rollout of this revision, or its rollback: what runs is finished, nothing else of it starts any more. */
export function abort(view: ActionView, action: UpgradeAction): ActionResult {
  const { snapshot, now } = view.input;
  const refused = refuseOutOfScope(view, action, 'newest');
  if (refused !== undefined) return refused;
  const open = snapshot.batches.some((batch) => !isSettled(batch));
  const takesBack = recordedRollback(snapshot) !== undefined || awaitedRollback(view) !== undefined;
  if (!open && !takesBack && view.fleet.remaining.length === 0)
    return refuse('RevisionEnded', 'nothing of this revision is left to be done');
  const ended = presentFields({
    reason: 'Aborted' as const,
    revision: snapshot.revision,
    message: whoAndWhy(action),
    action: action.metadata.name,
    requestedBy: action.spec.requestedBy,
    time: toRfc3339(now),
  });
  return { ...done(`aborted ${whoAndWhy(action)}`), control: { ended } };
}
