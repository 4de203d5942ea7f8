import type { UpgradeBatch, NodeRecord, BatchNode } from '../../../api/generated/upgradebatch.ts';
import type { NodeFact, Instant } from '../../facts.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { Hold } from '../model/hold.ts';
import type { PlanSnapshot } from '../model/snapshot.ts';

export interface TurnsInput {
  readonly snapshot: PlanSnapshot;
  readonly fleet: Fleet;
  readonly batch: UpgradeBatch;
  readonly records: ReadonlyMap<string, NodeRecord>;
  /** Node that holds the baton for this batch, if any. */
  readonly holder: string | undefined;
  /** Whether some other node could take the baton while the holder has its turn, now or later in this batch. */
  readonly holderCanHandOver: boolean;
  /** What keeps this one node from its turn beside these nodes that are down, if anything does. */
  readonly holdTurn: (entry: BatchNode, node: NodeFact, down: readonly NodeFact[]) => Hold | undefined;
  readonly now: Instant;
}
