import type { UpgradeAction } from '../../../api/generated/upgradeaction.ts';
import { presentFields } from '../../present-fields.ts';
import { toRfc3339 } from '../../text.ts';
import { done, reject, whoAndWhy, type ActionResult, type ActionView } from './action.ts';
import { rejectOutOfScope } from './action-scope.ts';

/** Pauses the plan until a Resume. Running processes finish; nothing new starts. */
export function pause(view: ActionView, action: UpgradeAction): ActionResult {
  const { snapshot, now } = view.input;
  const rejected = rejectOutOfScope(view, action, 'newest');
  if (rejected !== undefined) return rejected;
  const before = snapshot.plan.status?.pausedBy;
  if (before !== undefined) return reject('AlreadyPaused', `already paused by ${before.action}`);
  const { requestedBy, reason } = action.spec;
  const pausedBy = presentFields({ action: action.metadata.name, requestedBy, reason, time: toRfc3339(now) });
  return { ...done(`paused ${whoAndWhy(action)}`), control: { pausedBy } };
}
