import type { UpgradeBatchStatus } from '../../../api/generated/upgradebatch.ts';
import type { UpgradePlanStatus } from '../../../api/generated/upgradeplan.ts';
import type { Instant } from '../../facts.ts';
import type { Command } from './command.ts';

/** What one pass of the operator is to do and to write. */
export interface Decision {
  readonly commands: readonly Command[];
  /** The plan's status; undefined when it is left alone. */
  readonly planStatus: UpgradePlanStatus | undefined;
  /** Statuses of the batches that this pass looked at, by name. */
  readonly batchStatuses: ReadonlyMap<string, UpgradeBatchStatus>;
  /** When to look again although nothing changes. */
  readonly requeueAt: Instant | undefined;
  /** Names of the gates that are to be evaluated from now on; the others rest. */
  readonly gates: readonly string[];
}
