import type { UpgradeBatch, NodeRecord, BatchNode } from '../../../api/generated/upgradebatch.ts';
import type { NodeFact, Instant } from '../../facts.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { Hold } from '../model/hold.ts';
import type { PlanSnapshot } from '../model/snapshot.ts';

/** What decides which turns of the open batch are opened. */
export interface TurnsInput {
  readonly snapshot: PlanSnapshot;
  readonly fleet: Fleet;
  readonly batch: UpgradeBatch;
  readonly records: ReadonlyMap<string, NodeRecord>;
  /** Name of the node that holds the baton for this batch, if any. */
  readonly holder: string | undefined;
  /** Whether another node can take the baton before the holder's own turn, now or later in this batch. */
  readonly holderCanHandOver: boolean;
  /** What holds the turn of one node while these other nodes are down; undefined if nothing does. */
  readonly holdTurn: (entry: BatchNode, node: NodeFact, down: readonly NodeFact[]) => Hold | undefined;
  readonly now: Instant;
}
