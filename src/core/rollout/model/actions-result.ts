import type { Resumption, Approval, NodeRecord } from '../../../api/generated/upgradebatch.ts';
import type { Command } from './command.ts';
import type { PlanControl } from './plan-control.ts';

/** What UpgradeActions change in this pass. */
export interface ActionsResult {
  readonly commands: readonly Command[];
  /** Batches to record as resumed, by name. */
  readonly resumed: ReadonlyMap<string, Resumption>;
  /** Batches to record as approved, by name. */
  readonly approved: ReadonlyMap<string, Approval>;
  /** Node records to replace, by batch and node. */
  readonly records: ReadonlyMap<string, ReadonlyMap<string, NodeRecord>>;
  /** For the plan's status. */
  readonly control: PlanControl;
}
