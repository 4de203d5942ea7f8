import { findCondition } from '../../core/condition.ts';
import { compareNames } from '../../core/text.ts';
import { CONDITIONS } from '../../api/conditions.ts';
import type { UpgradeBatch } from '../../api/generated/upgradebatch.ts';
import type { UpgradePlan } from '../../api/generated/upgradeplan.ts';
import type { Simulation } from './simulation-port.ts';

/** The plans of a simulation and their batches at one moment. */
export interface RolloutState {
  /** By namespace and name. */
  readonly plans: readonly PlanState[];
}

/** A plan with its batches. */
export interface PlanState {
  readonly plan: UpgradePlan;
  /** By index. */
  readonly batches: readonly UpgradeBatch[];
}

const PLANS = '/apis/baton.dev/v1alpha1/upgradeplans';
const BATCHES = '/apis/baton.dev/v1alpha1/upgradebatches';

/** Reads the plans and their batches. */
export function readState(simulation: Pick<Simulation, 'list'>): RolloutState {
  const plans = simulation.list(PLANS) as unknown as readonly UpgradePlan[];
  const batches = simulation.list(BATCHES) as unknown as readonly UpgradeBatch[];
  return {
    plans: plans
      .toSorted((a, b) => compareNames(keyOf(a), keyOf(b)))
      .map((plan) => ({
        plan,
        batches: batches
          .filter(({ metadata, spec }) => metadata.namespace === plan.metadata.namespace && spec.plan === plan.metadata.name)
          .toSorted((a, b) => a.spec.index - b.spec.index),
      })),
  };
}

/** `namespace/name`. */
export function keyOf({ metadata: { namespace, name } }: UpgradePlan): string {
  return `${namespace}/${name}`;
}

/** The message of the condition that explains the plan's reason; empty if there is none. */
export function planMessage({ status }: UpgradePlan): string {
  const conditions = status?.conditions ?? [];
  return conditions.find(({ reason, message }) => reason === status?.reason && message !== '')?.message ?? '';
}

/** Whether some notification is still being delivered. */
export function isDelivering({ batches }: PlanState): boolean {
  return batches.some(({ status }) => {
    const notified = findCondition(status?.conditions, CONDITIONS.notified);
    return (
      notified === undefined ||
      (notified.status !== 'True' && ['Pending', 'NotSettled', 'NoEligibleAgent'].includes(notified.reason))
    );
  });
}
