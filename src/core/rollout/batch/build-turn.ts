import type { BatchNode, BatchProcess } from '../../../api/generated/upgradebatch.ts';
import type { Turn } from '../../../api/marks.ts';
import type { NodeFact } from '../../facts.ts';
import { toRfc3339 } from '../../text.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { versionBefore } from '../fleet/verify.ts';
import { isRollback } from '../records/batch-goal.ts';
import { nodeChanges } from '../records/node-changes.ts';
import type { TurnsInput } from './turns-input.ts';

/** How the node is left after its turn: in a rollback, as it was before its quarantine. */
function whatWasBefore(node: NodeFact): Turn['before'] {
  const unschedulable = node.quarantine?.unschedulableBefore ?? node.unschedulable;
  return { unschedulable, bootId: node.bootId, kept: node.kept };
}

/** What the upgrade of a node that goes back has left; undefined when nothing. */
function leftBehind({ batches }: Fleet, { name }: NodeFact): Turn['checkpoints'] {
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
  // A claim that somebody took away left the turn behind: what was before is still what was before.
  const left = node.turn?.batchUid === batch.metadata.uid ? node.turn : undefined;
  const fromVersion = isRollback(batch) ? entry.fromVersion : (left?.fromVersion ?? versionBefore(processes, node));
  const checkpoints = left?.checkpoints ?? (isRollback(batch) ? leftBehind(fleet, node) : undefined);
  return {
    namespace: snapshot.plan.metadata.namespace,
    plan: snapshot.plan.metadata.name,
    batch: batch.metadata.name,
    batchUid: batch.metadata.uid,
    processes: processes.map(({ name }) => name),
    attempt: left?.attempt ?? 1,
    ...(left?.retried === undefined ? {} : { retried: left.retried }),
    ...(fromVersion === undefined ? {} : { fromVersion }),
    ...(checkpoints === undefined ? {} : { checkpoints }),
    openedTime: toRfc3339(now),
    cordoned: cordon,
    before: left?.before ?? whatWasBefore(node),
  };
}
