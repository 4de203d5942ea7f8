import type { UpgradeBatch, NodeRecord, BatchOutlook } from '../../../../api/generated/upgradebatch.ts';
import type { NotifyPolicy } from '../../../../api/generated/upgradeplan.ts';
import type { Instant } from '../../../facts.ts';
import type { Budget } from '../../fleet/budget.ts';
import type { Trouble, AlertKind } from './alert-causes.ts';

/** Something about the rollout as a whole that an alert reports. */
export type RolloutTrouble = Trouble & { readonly alert: Exclude<AlertKind, 'NodeFailed' | 'NodeOverdue'> };

/** What decides which alerts a batch raises. */
export interface AlertsInput {
  readonly notify: NotifyPolicy | undefined;
  /** Whether `notify` has all sinks. Alerts wait until the shared sinks are known. */
  readonly sinksKnown: boolean;
  readonly batch: UpgradeBatch;
  /** The records of the batch in this pass. */
  readonly nodes: readonly NodeRecord[];
  /** Present once the batch has settled. */
  readonly outlook: BatchOutlook | undefined;
  /** What the rollout reports now; undefined if it does not do so with this batch. */
  readonly rollout: readonly RolloutTrouble[] | undefined;
  /** How many nodes of the plan have failed, and how many may. */
  readonly budget: Pick<Budget, 'failed' | 'maxFailed'>;
  readonly now: Instant;
}
