import type { UpgradeAction } from '../../../api/generated/upgradeaction.ts';
import { presentFields } from '../../present-fields.ts';
import { toRfc3339 } from '../../text.ts';
import { done, refuse, whoAndWhy, type ActionResult, type ActionView } from './action.ts';
import { refuseOutOfScope } from './scope.ts';

/** Pauses the plan until a Resume: nothing more starts, what runs is finished. */
export function pause(view: ActionView, action: UpgradeAction): ActionResult {
  const { snapshot, now } = view.input;
  const refused = refuseOutOfScope(view, action, 'newest');
  if (refused !== undefined) return refused;
  const before = snapshot.plan.status?.pausedBy;
  if (before !== undefined) return refuse('AlreadyPaused', `paused by ${before.action} already`);
  const { requestedBy, reason } = action.spec;
  const pausedBy = presentFields({ action: action.metadata.name, requestedBy, reason, time: toRfc3339(now) });
  return { ...done(`paused ${whoAndWhy(action)}`), control: { pausedBy } };
}
