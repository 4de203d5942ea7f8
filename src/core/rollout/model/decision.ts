import type { UpgradeBatchStatus } from '../../../api/generated/upgradebatch.ts';
import type { UpgradePlanStatus } from '../../../api/generated/upgradeplan.ts';
import type { Instant } from '../../facts.ts';
import type { Command } from './command.ts';

/** What the operator does and writes in one pass. */
export interface Decision {
  readonly commands: readonly Command[];
  /** The plan's status; undefined leaves it unchanged. */
  readonly planStatus: UpgradePlanStatus | undefined;
  /** Statuses of the batches that this pass decided about, by name. */
  readonly batchStatuses: ReadonlyMap<string, UpgradeBatchStatus>;
  /** When the next pass is due although nothing changes; undefined: at the next change or resync. */
  readonly requeueAt: Instant | undefined;
  /** Names of the gates to evaluate from now on; the operator stops evaluating the others. */
  readonly gates: readonly string[];
}
