import { NODE_REASONS } from '../../../api/conditions.ts';
import type { UpgradeAction } from '../../../api/generated/upgradeaction.ts';
import type { NodeRecord, UpgradeBatch } from '../../../api/generated/upgradebatch.ts';
import { cutToBytes, toRfc3339 } from '../../text.ts';
import { currentBatches, type Fleet } from '../fleet/fleet.ts';
import type { DecisionInput } from '../model/snapshot.ts';
import { isTerminal } from '../records/node-record.ts';
import { done, reject, wait, whoAndWhy, type ActionResult, type ActionView } from './action.ts';
import { isAnswered } from './answered.ts';
import { rejectOutOfScope } from './action-scope.ts';

/** Skips nodes that wait for their turn. A node that is not in a batch yet is skipped as soon as it is in one; until then the action waits. */
export function skip(view: Pick<ActionView, 'input' | 'fleet'>, action: UpgradeAction): ActionResult {
  const { snapshot } = view.input;
  const rejected = rejectOutOfScope(view, action, 'any');
  if (rejected !== undefined) return rejected;
  const names = action.spec.nodes ?? [];
  const records = new Map<string, NodeRecord>();
  for (const batch of currentBatches(snapshot)) for (const record of batch.status?.nodes ?? []) records.set(record.name, record);
  const isSkipped = (name: string): boolean => records.get(name)?.reason === NODE_REASONS.SkippedByAction;
  const left = names.filter((name) => !isSkipped(name));
  const claimed = left.filter((name) => snapshot.nodes.get(name)?.claim === snapshot.plan.metadata.uid);
  if (claimed.length > 0) return reject('NodeInTurn', `already in their turn: ${claimed.join(', ')}; running nodes are finished`);
  const others = left.filter((name) => {
    const record = records.get(name);
    if (record === undefined) return !view.fleet.selected.has(name);
    return isTerminal(record) && record.state !== 'NotAttempted' && record.retriedBy === undefined;
  });
  if (others.length > 0) {
    return reject('NodeNotWaiting', `not waiting for a turn of this plan: ${others.join(', ')}; no node was skipped`);
  }
  if (left.length > 0) return wait(`to be skipped as soon as they are in a batch: ${left.join(', ')}`);
  return done(`skipped: ${names.join(', ')}`);
}

/** The records of those nodes of the open batch that actions skip. */
export function skippedByActions(
  input: DecisionInput,
  fleet: Fleet,
  open: UpgradeBatch,
  records: ReadonlyMap<string, NodeRecord>,
): ReadonlyMap<string, NodeRecord> {
  const skipped = new Map<string, NodeRecord>();
  const { snapshot, now } = input;
  for (const action of snapshot.actions) {
    if (action.spec.action !== 'Skip' || isAnswered(action)) continue;
    if (skip({ input, fleet }, action).answer?.status === 'False') continue;
    for (const entry of open.spec.nodes) {
      const record = records.get(entry.name);
      if (action.spec.nodes?.includes(entry.name) !== true || (record !== undefined && isTerminal(record))) continue;
      if (snapshot.nodes.get(entry.name)?.claim === snapshot.plan.metadata.uid) continue;
      const message = cutToBytes(whoAndWhy(action), 128);
      const reason = NODE_REASONS.SkippedByAction;
      skipped.set(entry.name, { name: entry.name, state: 'Skipped', reason, message, endTime: toRfc3339(now) });
    }
  }
  return skipped;
}
