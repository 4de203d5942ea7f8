import { CONDITIONS, PLAN_REASONS } from '../../../../api/conditions.ts';
import type { Finding } from '../../../condition.ts';
import type { PlanSnapshot } from '../../model/snapshot.ts';
import type { Movement } from './stall.ts';
import type { Verdict } from './verdict.ts';

/** A condition of a plan. The observed generation is added to all conditions together. */
export type PlanFinding = Omit<Finding, 'observedGeneration'>;

/** The condition Accepted: whether the spec can be carried out. */
export function acceptedFinding({ validation }: PlanSnapshot): PlanFinding {
  const type = CONDITIONS.accepted;
  switch (validation.kind) {
    case 'Valid':
      return { type, status: 'True', reason: PLAN_REASONS.Valid, message: 'the spec can be carried out' };
    case 'Pending':
      return { type, status: 'Unknown', reason: PLAN_REASONS.ValidationPending, message: validation.message };
    case 'Refused':
      return {
        type,
        status: 'False',
        reason: validation.reason ?? PLAN_REASONS.TemplateRefused,
        message: validation.message,
      };
  }
}

/** The conditions that follow from the verdict. Reconciling and Stalled exist only while they are True, as kstatus expects. */
export function verdictFindings({ kind, reason, message }: Verdict, failed: number): readonly PlanFinding[] {
  const done = kind === 'Done';
  const ready = { type: CONDITIONS.ready, status: done ? 'True' : 'False', reason, message } as const;
  const succeeded = {
    type: CONDITIONS.succeeded,
    status: done ? 'True' : failed > 0 || reason === PLAN_REASONS.RolledBack ? 'False' : 'Unknown',
    reason,
    message,
  } as const;
  const abnormal = kind === 'Working' ? [CONDITIONS.reconciling] : kind === 'Stalled' ? [CONDITIONS.stalled] : [];
  return [ready, succeeded, ...abnormal.map((type) => ({ type, status: 'True', reason, message }) as const)];
}

/** The condition RolloutStalled, which exists only while it is True. */
export function stallFindings(movement: Movement | undefined): readonly PlanFinding[] {
  return movement?.stall === undefined ? [] : [{ type: CONDITIONS.rolloutStalled, status: 'True', ...movement.stall }];
}
