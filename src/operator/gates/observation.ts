import type { Gate, UpgradePlan } from '../../api/generated/upgradeplan.ts';

/** What one look at a gate showed. */
export interface Observation {
  readonly open: boolean;
  /** What was seen, short and rounded: it stands in the plan's status. */
  readonly value?: string;
  /** What it was compared with. */
  readonly threshold?: string;
  /** Why it is closed, where value and threshold do not say it. */
  readonly message?: string;
}

/** Looks at gates of one kind. Whatever goes wrong is for the caller: a gate whose look failed is closed. */
export interface Probe {
  look(plan: UpgradePlan, gate: Gate, signal: AbortSignal): Promise<Observation>;
  /** The gate is not asked any more: takes away what looking at it left in the cluster. */
  forget?(plan: UpgradePlan, gate: Gate): Promise<void>;
}

/** A gate that is closed for a reason in words. */
export function closedBecause(message: string): Observation {
  return { open: false, message };
}
