import type { Gate, UpgradePlan } from '../../api/generated/upgradeplan.ts';

/** The result of one evaluation of a gate. */
export interface Observation {
  readonly open: boolean;
  /** The observed value, short and rounded, for the plan's status. */
  readonly value?: string;
  /** What the value was compared with. */
  readonly threshold?: string;
  /** Why the gate is closed, if value and threshold do not say so. */
  readonly message?: string;
}

/** Evaluates gates of one kind. It may throw: the caller treats the gate as closed. */
export interface Probe {
  evaluate(plan: UpgradePlan, gate: Gate, signal: AbortSignal): Promise<Observation>;
  /** Deletes what the evaluation of a gate created in the cluster, once the gate is no longer evaluated. */
  cleanUp?(plan: UpgradePlan, gate: Gate): Promise<void>;
}

/** An observation of a closed gate. */
export function closedBecause(message: string): Observation {
  return { open: false, message };
}
