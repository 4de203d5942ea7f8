import type { BatchNode, BatchProcess } from '../../../api/generated/upgradebatch.ts';
import type { Turn } from '../../../api/marks.ts';
import type { NodeFact } from '../../facts.ts';
import { toRfc3339 } from '../../text.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { versionBefore } from '../fleet/verify.ts';
import { isRollback } from '../records/batch-goal.ts';
import { nodeChanges } from '../records/node-changes.ts';
import type { TurnsInput } from './turns-input.ts';

/** The state that the node returns to after its turn: for a quarantined node, its state before the quarantine. */
function stateBefore(node: NodeFact): Turn['before'] {
  const unschedulable = node.quarantine?.unschedulableBefore ?? node.unschedulable;
  return { unschedulable, bootId: node.bootId, kept: node.kept };
}

/** The checkpoints that the upgrade left on the node, for its rollback; undefined if there are none. */
function upgradeCheckpoints({ batches }: Fleet, { name }: NodeFact): Turn['checkpoints'] {
  const checkpoints = nodeChanges(batches).get(name)?.checkpoints ?? {};
  return Object.keys(checkpoints).length === 0 ? undefined : checkpoints;
}

interface TurnInput {
  readonly entry: BatchNode;
  readonly node: NodeFact;
  readonly processes: readonly BatchProcess[];
  readonly cordon: boolean;
}

/** The turn that is recorded on the node when it is claimed. */
export function buildTurn({ snapshot, fleet, batch, now }: TurnsInput, { entry, node, processes, cordon }: TurnInput): Turn {
  // If somebody removed the claim, the old turn is still there, and so is the original state of the node.
  const earlier = node.turn?.batchUid === batch.metadata.uid ? node.turn : undefined;
  const fromVersion = isRollback(batch) ? entry.fromVersion : (earlier?.fromVersion ?? versionBefore(processes, node));
  const checkpoints = earlier?.checkpoints ?? (isRollback(batch) ? upgradeCheckpoints(fleet, node) : undefined);
  return {
    namespace: snapshot.plan.metadata.namespace,
    plan: snapshot.plan.metadata.name,
    batch: batch.metadata.name,
    batchUid: batch.metadata.uid,
    processes: processes.map(({ name }) => name),
    attempt: earlier?.attempt ?? 1,
    ...(earlier?.retried === undefined ? {} : { retried: earlier.retried }),
    ...(fromVersion === undefined ? {} : { fromVersion }),
    ...(checkpoints === undefined ? {} : { checkpoints }),
    openedTime: toRfc3339(now),
    cordoned: cordon,
    before: earlier?.before ?? stateBefore(node),
  };
}
