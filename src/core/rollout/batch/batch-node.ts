import type { BatchNode } from '../../../api/generated/upgradebatch.ts';
import type { UpgradePlan } from '../../../api/generated/upgradeplan.ts';
import type { NodeFact } from '../../facts.ts';
import { selects } from '../../selector.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { isRollback } from '../records/batch-goal.ts';

/** A node's entry in a batch. Processes that succeeded on the node in this revision, before the node failed, do not run again. */
export function batchNode(plan: UpgradePlan, fleet: Fleet, node: NodeFact): BatchNode {
  const succeeded = succeededOn(fleet, node);
  const processes = plan.spec.processes
    .filter((process) => selects(process.nodeSelector, node.labels) && !succeeded.has(process.name))
    .map((process) => process.name);
  return { name: node.name, uid: node.uid, processes, ...nodeDetailOf(plan, node) };
}

/** What notifications show about the node. The batch contains it because agents have no access to Nodes and their labels. */
export function nodeDetailOf(plan: UpgradePlan, node: NodeFact): Pick<BatchNode, 'nodeDetail'> {
  const nodeDetail = plan.spec.notify?.nodeDetails?.find((rule) => selects(rule.nodeSelector, node.labels))?.nodeDetail;
  return nodeDetail === undefined ? {} : { nodeDetail };
}

/** Names of the processes that succeeded on a node before it failed and was retried. */
function succeededOn({ batches, records }: Fleet, { name, uid }: NodeFact): ReadonlySet<string> {
  if (records.get(name)?.retriedBy === undefined) return new Set();
  const succeeded = new Set<string>();
  for (const batch of batches) {
    if (!batch.spec.nodes.some((entry) => entry.name === name && entry.uid === uid)) continue;
    for (const process of batch.status?.nodes?.find((record) => record.name === name)?.processes ?? []) {
      // Once a rollback has started on a process, its success no longer counts, even if the rollback failed.
      if (isRollback(batch) && process.state !== 'Skipped') succeeded.delete(process.name);
      else if (process.state === 'Succeeded') succeeded.add(process.name);
    }
  }
  return succeeded;
}
