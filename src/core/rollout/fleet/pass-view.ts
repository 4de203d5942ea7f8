import type { UpgradeBatch, BatchNode } from '../../../api/generated/upgradebatch.ts';
import type { NodeFact } from '../../facts.ts';
import type { DecisionInput } from '../model/snapshot.ts';
import type { Budget } from './budget.ts';
import type { Fleet } from './fleet.ts';

/** What the rules of a pass decide from: the snapshot with this pass's records, and what was derived from it. */
export interface PassView {
  readonly input: DecisionInput;
  readonly fleet: Fleet;
  readonly budget: Budget;
}

/** A node of the open batch that waits for its turn. */
export interface WaitingNode {
  readonly batch: UpgradeBatch;
  readonly entry: BatchNode;
  readonly node: NodeFact;
  /** The plan's other nodes that are down, including those that get their turn in this pass. */
  readonly down: readonly NodeFact[];
}
