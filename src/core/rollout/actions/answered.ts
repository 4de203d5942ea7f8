import { CONDITIONS } from '../../../api/conditions.ts';
import type { UpgradeAction } from '../../../api/generated/upgradeaction.ts';
import { findCondition } from '../../condition.ts';

/** Whether an action has its final answer. An action takes effect once. */
export function isAnswered(action: UpgradeAction): boolean {
  const applied = findCondition(action.status?.conditions, CONDITIONS.applied);
  return applied !== undefined && applied.status !== 'Unknown';
}
