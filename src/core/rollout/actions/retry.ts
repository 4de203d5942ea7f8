import type { UpgradeAction } from '../../../api/generated/upgradeaction.ts';
import type { NodeRecord, UpgradeBatch } from '../../../api/generated/upgradebatch.ts';
import type { Command } from '../model/command.ts';
import { recordedEnd } from '../fleet/rollout-end.ts';
import { currentBatches } from '../fleet/fleet.ts';
import { isRollback } from '../records/batch-goal.ts';
import { hasChanged } from '../records/node-changes.ts';
import { recordedRollback } from '../records/recorded-rollback.ts';
import { isSettled } from '../records/settled.ts';
import { done, reject, wait, type ActionResult, type ActionView, type RecordChanges } from './action.ts';
import { rejectOutOfScope } from './action-scope.ts';

/** The last record of a node in the current revision, and its batch. */
interface LastRecord {
  readonly batch: UpgradeBatch;
  readonly record: NodeRecord;
}

/**
 * Lets nodes that failed or were rolled back in this revision go into a later batch: the named nodes, or all such nodes of the named batch or
 * of the revision. Ends their quarantine first, then marks their records, so that each action takes each node once. A rollout that ended with
 * a rollback starts again with its first step.
 */
export function retry(view: ActionView, action: UpgradeAction): ActionResult {
  const { snapshot } = view.input;
  const rejected = rejectOutOfScope(view, action, 'any');
  if (rejected !== undefined) return rejected;
  const rollback = recordedRollback(snapshot);
  if (rollback !== undefined) return reject('RollingBack', `a rollback is in progress: ${rollback.message}`);
  const uid = snapshot.plan.metadata.uid;
  const last = new Map<string, LastRecord>();
  const marked = new Set<string>();
  for (const batch of currentBatches(snapshot)) {
    for (const record of batch.status?.nodes ?? []) {
      if (isRollback(batch) && !hasChanged(record)) continue;
      if (record.retriedBy === action.metadata.uid) marked.add(record.name);
      last.set(record.name, { batch, record });
    }
  }
  const failed = [...last.values()].filter((each) => isStopped(each.record)).map((each) => each.record.name);
  const inBatch = (name: string): boolean =>
    action.spec.batch === undefined || last.get(name)?.batch.metadata.name === action.spec.batch;
  const names = action.spec.nodes ?? [...new Set([...marked, ...failed.filter(inBatch)])];
  const others = names.filter((name) => !marked.has(name) && !(failed.includes(name) && inBatch(name)));
  if (others.length > 0) return reject('NotFailed', `neither failed nor rolled back: ${others.join(', ')}; no node is retried`);
  if (names.length === 0) return reject('NotFailed', 'no node failed or was rolled back');

  const open = names.flatMap((name) => (marked.has(name) ? [] : (last.get(name) ?? [])));
  if (open.length === 0) {
    // The rollback had ended the rollout.
    const reopened = recordedEnd(snapshot)?.reason === 'RolledBack' ? { control: { ended: 'None' as const } } : {};
    return { ...done(`to be retried: ${names.join(', ')}`), ...reopened };
  }
  const busy = open.filter(({ batch, record }) => !isSettled(batch) || snapshot.nodes.get(record.name)?.claim === uid);
  if (busy.length > 0) return wait(`waits until ${busy[0]?.batch.metadata.name ?? 'their batch'} is settled`);
  const quarantined = open.flatMap(({ record }) => {
    const node = snapshot.nodes.get(record.name);
    return node?.quarantine?.planUid === uid ? [node] : [];
  });
  if (quarantined.length > 0) {
    const why = (node: string): string => `${action.metadata.name} retries ${node}`;
    return { commands: quarantined.map((node): Command => ({ kind: 'EndQuarantine', node, why: why(node.name) })) };
  }
  return { records: mark(open, action.metadata.uid) };
}

/** Whether the node gets another turn only on request. */
function isStopped({ state }: NodeRecord): boolean {
  return state === 'Failed' || state === 'RolledBack';
}

function mark(records: readonly LastRecord[], uid: string): RecordChanges {
  const byBatch = Map.groupBy(records, ({ batch }) => batch.metadata.name);
  const marked = (each: LastRecord): NodeRecord => ({ ...each.record, retriedBy: uid });
  return new Map([...byBatch].map(([name, list]) => [name, new Map(list.map((each) => [each.record.name, marked(each)]))]));
}
