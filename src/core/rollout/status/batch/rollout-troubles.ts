import { CONDITIONS, PLAN_REASONS } from '../../../../api/conditions.ts';
import type { UpgradePlanStatus } from '../../../../api/generated/upgradeplan.ts';
import { findCondition } from '../../../condition.ts';
import type { RolloutTrouble } from './alerts.ts';
import type { Movement } from '../plan/stall.ts';

/** What a rollout as a whole has to tell now: that it is paused, waits for approval, or does not move. */
export function rolloutTroubles(status: UpgradePlanStatus, movement: Movement | undefined): readonly RolloutTrouble[] {
  const troubles: RolloutTrouble[] = [];
  if (status.summary === 'Paused') {
    const alert = status.reason === PLAN_REASONS.ApprovalRequired ? 'ApprovalRequired' : 'RolloutPaused';
    const message = findCondition(status.conditions, CONDITIONS.ready)?.message;
    troubles.push({ alert, reason: status.reason, message });
  }
  if (movement?.stall !== undefined) troubles.push({ alert: 'RolloutStalled', ...movement.stall });
  return troubles;
}
