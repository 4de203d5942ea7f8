import type { UpgradeAction } from '../../../api/generated/upgradeaction.ts';
import type { NodeRecord, UpgradeBatch } from '../../../api/generated/upgradebatch.ts';
import type { Command } from '../model/command.ts';
import { recordedEnd } from '../fleet/rollout-end.ts';
import { currentBatches } from '../fleet/fleet.ts';
import { isRollback } from '../records/batch-goal.ts';
import { hasChanged } from '../records/node-changes.ts';
import { recordedRollback } from '../records/recorded-rollback.ts';
import { isSettled } from '../records/settled.ts';
import { done, refuse, wait, type ActionResult, type ActionView, type RecordChanges } from './action.ts';
import { refuseOutOfScope } from './scope.ts';

/** The last record of a node in this revision, and its batch. */
interface LastRecord {
  readonly batch: UpgradeBatch;
  readonly record: NodeRecord;
}

/**
 * Gives nodes that failed or were rolled back in this revision a later batch: those named, or all of the named batch or the revision. Their
 * quarantine ends first; that they may go again is noted in their records, by which each node is taken once for each act. After a rollback, which ends a
 * rollout, it goes on from its first step.
 */
export function retryFailed(view: ActionView, action: UpgradeAction): ActionResult {
  const { snapshot } = view.input;
  const refused = refuseOutOfScope(view, action, 'any');
  if (refused !== undefined) return refused;
  const rollback = recordedRollback(snapshot);
  if (rollback !== undefined) return refuse('RollingBack', `waits for no rollback: one is under way (${rollback.message})`);
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
  const strangers = names.filter((name) => !marked.has(name) && !(failed.includes(name) && inBatch(name)));
  if (strangers.length > 0)
    return refuse('NotFailed', `did not fail and were not rolled back: ${strangers.join(', ')}; nothing was done`);
  if (names.length === 0) return refuse('NotFailed', 'no node failed or was rolled back; nothing was done');

  const open = names.flatMap((name) => (marked.has(name) ? [] : (last.get(name) ?? [])));
  if (open.length === 0) {
    // What was rolled back had ended the rollout.
    const goesOn = recordedEnd(snapshot)?.reason === 'RolledBack' ? { control: { ended: 'None' as const } } : {};
    return { ...done(`to be tried again: ${names.join(', ')}`), ...goesOn };
  }
  const busy = open.filter(({ batch, record }) => !isSettled(batch) || snapshot.nodes.get(record.name)?.claim === uid);
  if (busy.length > 0) return wait(`waits until ${busy[0]?.batch.metadata.name ?? 'their batch'} is settled`);
  const quarantined = open.flatMap(({ record }) => {
    const node = snapshot.nodes.get(record.name);
    return node?.quarantine?.planUid === uid ? [node] : [];
  });
  if (quarantined.length > 0) {
    const why = (node: string): string => `${action.metadata.name} lets ${node} be tried again`;
    return { commands: quarantined.map((node): Command => ({ kind: 'EndQuarantine', node, why: why(node.name) })) };
  }
  return { records: mark(open, action.metadata.uid) };
}

/** Whether the node is left to people: it failed, or was rolled back. */
function isStopped({ state }: NodeRecord): boolean {
  return state === 'Failed' || state === 'RolledBack';
}

function mark(records: readonly LastRecord[], uid: string): RecordChanges {
  const byBatch = Map.groupBy(records, ({ batch }) => batch.metadata.name);
  const marked = (each: LastRecord): NodeRecord => ({ ...each.record, retriedBy: uid });
  return new Map([...byBatch].map(([name, list]) => [name, new Map(list.map((each) => [each.record.name, marked(each)]))]));
}
