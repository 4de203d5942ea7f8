import type { NODE_REASONS } from '../../../api/conditions.ts';
import type { UpgradeBatch, NodeRecord } from '../../../api/generated/upgradebatch.ts';
import { toRfc3339 } from '../../text.ts';
import type { DecisionInput } from '../model/snapshot.ts';
import { isTerminal, inTurn } from '../records/node-record.ts';

/** Records waiting nodes as NotAttempted when their batch ends early. */
export function markNotAttempted(
  input: DecisionInput,
  batch: UpgradeBatch,
  records: ReadonlyMap<string, NodeRecord>,
  end: EarlyEnd,
): Map<string, NodeRecord> {
  const ended = new Map(records);
  for (const [name, record] of records) {
    if (isTerminal(record) || inTurn(input.snapshot.nodes.get(name), batch)) continue;
    ended.set(name, { name, state: 'NotAttempted', reason: end.reason, message: end.message, endTime: toRfc3339(input.now) });
  }
  return ended;
}

/** Why a batch ends early, so that waiting nodes get no turn. */
export interface EarlyEnd {
  readonly reason: (typeof NODE_REASONS)[
    'Aborted' | 'BudgetExceeded' | 'MadeByOlderVersion' | 'PlanDeleted' | 'RollingBack' | 'Superseded'];
  readonly message: string;
}
