import type { Resumption, Approval, NodeRecord } from '../../../api/generated/upgradebatch.ts';
import type { Command } from './command.ts';
import type { PlanControl } from './plan-control.ts';

/** What the acts of people bring about. */
export interface ActionsResult {
  readonly commands: readonly Command[];
  /** Batches that are to be marked as resumed, by name. */
  readonly resumed: ReadonlyMap<string, Resumption>;
  /** Batches that are to be marked as approved, by name. */
  readonly approved: ReadonlyMap<string, Approval>;
  /** Records that are to be changed, by batch and node. */
  readonly records: ReadonlyMap<string, ReadonlyMap<string, NodeRecord>>;
  /** For the plan's status. */
  readonly control: PlanControl;
}
