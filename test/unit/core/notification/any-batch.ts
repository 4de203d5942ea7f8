import fc from 'fast-check';
import type { NodeRecord, UpgradeBatch } from '../../../../src/api/generated/upgradebatch.ts';
import { aBatch } from './a-batch.ts';

export const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 128 }),
  fc.constantFrom('image pull failed', 'node-3 is lost', 'line\nbreak\u001b[31m'),
);

const anyRecord = fc.record(
  {
    state: fc.constantFrom<NodeRecord['state'][]>('Succeeded', 'Failed', 'Skipped', 'NotAttempted', 'Pending', 'Upgrading'),
    reason: fc.constantFrom('JobFailed', 'NotReady', 'BudgetExceeded', 'AlreadyDone', ''),
    message: anyText,
    fromVersion: fc.constantFrom('1.0', '1.1', ''),
    quarantined: fc.boolean(),
    startTime: fc.constantFrom('2026-11-22T10:00:00Z', 'never'),
    endTime: fc.constantFrom('2026-11-22T10:05:00Z', '2026-11-22T09:00:00Z'),
    processes: fc.array(
      fc.record(
        {
          name: fc.constantFrom('firmware', 'kernel'),
          state: fc.constantFrom<NonNullable<NodeRecord['processes']>[number]['state'][]>(
            'Running',
            'Verifying',
            'Succeeded',
            'Failed',
          ),
          message: anyText,
        },
        { requiredKeys: ['name', 'state'] },
      ),
      { maxLength: 2 },
    ),
  },
  { requiredKeys: ['state'] },
);

/** A batch of any nodes with any records: some without a record, some records without a node. */
export const anyBatch = fc
  .record({
    records: fc.array(anyRecord, { minLength: 1, maxLength: 40 }),
    lost: fc.integer({ min: 0, max: 3 }),
    next: fc.constantFrom('NextBatch', 'Paused', 'Done', 'Deleted', 'Waiting'),
    message: anyText,
  })
  .map(({ records, lost, next, message }): UpgradeBatch => {
    const named = records.map((record, i): NodeRecord => ({ name: `node-${i}`, ...record }));
    const processesOf = (): string[] => ['firmware', 'kernel'];
    return aBatch(named, {
      processesOf,
      status: {
        nodes: [...named.slice(lost), { name: 'stranger', state: 'Failed' }],
        outlook: { next, message, lastBatchIndex: 3, planNodes: 90, planSucceeded: 10, planFailed: 2, maxFailed: 1 },
      },
    });
  });
