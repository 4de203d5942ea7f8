import type { UpgradeAction } from '../../../api/generated/upgradeaction.ts';
import { presentFields } from '../../present-fields.ts';
import { toRfc3339 } from '../../text.ts';
import { isSettled } from '../records/settled.ts';
import { awaitedRollback } from '../rollback/decide-rollback.ts';
import { recordedRollback } from '../records/recorded-rollback.ts';
import { done, reject, whoAndWhy, type ActionResult, type ActionView } from './action.ts';
import { rejectOutOfScope } from './action-scope.ts';

/** Ends the rollout of this revision, or its rollback. Running processes finish; nothing new starts. */
export function abort(view: ActionView, action: UpgradeAction): ActionResult {
  const { snapshot, now } = view.input;
  const rejected = rejectOutOfScope(view, action, 'newest');
  if (rejected !== undefined) return rejected;
  const open = snapshot.batches.some((batch) => !isSettled(batch));
  const rollsBack = recordedRollback(snapshot) !== undefined || awaitedRollback(view) !== undefined;
  if (!open && !rollsBack && view.fleet.remaining.length === 0)
    return reject('RevisionEnded', 'nothing is left to do in this revision');
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
