import { CONDITIONS, PLAN_REASONS } from '../../../../api/conditions.ts';
import type { UpgradePlanStatus } from '../../../../api/generated/upgradeplan.ts';
import { findCondition } from '../../../condition.ts';
import type { Movement } from '../plan/stall.ts';
import type { RolloutTrouble } from './alerts-input.ts';

/** What alerts about the rollout as a whole report now: that it is paused, waits for approval, or makes no progress. */
export function rolloutTroubles(status: UpgradePlanStatus, movement: Movement | undefined): readonly RolloutTrouble[] {
  const troubles: RolloutTrouble[] = [];
  if (status.summary === 'Paused') {
    const message = findCondition(status.conditions, CONDITIONS.ready)?.message;
    troubles.push({ alert: pauseAlert(status.reason), reason: status.reason, message });
  }
  if (movement?.stall !== undefined) troubles.push({ alert: 'RolloutStalled', ...movement.stall });
  return troubles;
}

/** The kind of alert about a rollout that is paused for this reason. */
export function pauseAlert(reason: string | undefined): 'ApprovalRequired' | 'RolloutPaused' {
  return reason === PLAN_REASONS.ApprovalRequired ? 'ApprovalRequired' : 'RolloutPaused';
}
