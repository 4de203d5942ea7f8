import { NODE_REASONS } from '../../../api/conditions.ts';
import type { NodeRecord } from '../../../api/generated/upgradebatch.ts';
import type { PlanCounts } from '../../../api/generated/upgradeplan.ts';
import { type Fleet, downNodes } from '../fleet/fleet.ts';
import type { PlanSnapshot } from '../model/snapshot.ts';

/** Whether a node is done: it was upgraded in this revision, or was already at the version. */
export function isDone({ state, reason }: NodeRecord): boolean {
  return state === 'Succeeded' || reason === NODE_REASONS.AlreadyDone || reason === NODE_REASONS.AlreadyCurrent;
}

/** The numbers of the plan's nodes by outcome and state. */
export function countNodes(snapshot: PlanSnapshot, fleet: Fleet): Required<PlanCounts> {
  const records = [...fleet.records.values()];
  const done = records.filter(isDone);
  const nodes = [...snapshot.nodes.values()];
  const uid = snapshot.plan.metadata.uid;
  return {
    nodes: fleet.selected.size,
    succeeded: fleet.doneBefore + done.filter((record) => fleet.selected.has(record.name)).length,
    failed: records.filter((record) => record.state === 'Failed').length,
    skipped: records.filter((record) => record.state === 'Skipped' && !isDone(record) && fleet.selected.has(record.name)).length,
    rolledBack: records.filter((record) => record.state === 'RolledBack').length,
    notAttempted: records.filter((record) => record.state === 'NotAttempted').length,
    waiting: fleet.remaining.length,
    running: nodes.filter((node) => node.claim === uid).length,
    unavailable: downNodes(snapshot, fleet).length,
    quarantined: nodes.filter((node) => node.quarantine?.planUid === uid).length,
  };
}
