import { describe, expect, it } from '@jest/globals';
import type { BatchAlert, Receipt, UpgradeBatch } from '../../../../src/api/generated/upgradebatch.ts';
import { nextDeliveries, outboxEntries } from '../../../../src/core/baton/deliveries.ts';
import { aBatch, succeeded } from '../notification/a-batch.ts';

function receipt(batch: number, sink: string): Receipt {
  return { sink, id: `uid-of-batch-${batch}/1`, outcome: 'Delivered', time: '2026-11-22T10:00:00Z' };
}

function settled(index: number, sinks: readonly string[], receipts: readonly Receipt[] = []): UpgradeBatch {
  const notification = { id: `uid-of-batch-${index}/1`, sinks, receipts };
  return aBatch([succeeded('node-1')], { name: `batch-${index}`, spec: { index }, status: { notification } });
}

describe('The outbox', () => {
  it('holds a settled batch with the sinks that have no receipt', () => {
    expect(outboxEntries(settled(4, ['ops', 'chat'], [receipt(4, 'ops')]))).toEqual([
      { name: 'batch-4', uid: 'uid-of-batch-4', index: 4, id: 'uid-of-batch-4/1', sinks: ['chat'] },
    ]);
  });

  it.each([
    {
      title: 'has not settled',
      batch: { ...settled(1, ['ops']), status: { notification: { id: 'uid-of-batch-1/1', sinks: ['ops'] } } },
    },
    { title: 'has no sinks', batch: settled(1, []) },
    { title: 'has all receipts', batch: settled(1, ['ops'], [receipt(1, 'ops')]) },
    {
      title: 'has no notification yet',
      batch: { ...settled(1, ['ops']), status: { conditions: settled(1, []).status?.conditions ?? [] } },
    },
  ])('does not hold a batch that $title', ({ batch }) => {
    expect(outboxEntries(batch)).toEqual([]);
  });

  it('ignores a receipt for another notification', () => {
    expect(outboxEntries(settled(1, ['ops'], [{ ...receipt(1, 'ops'), id: 'uid-of-batch-1/0' }]))).toMatchObject([
      { sinks: ['ops'] },
    ]);
  });
});

describe('The outbox of a batch with alerts', () => {
  const alert = (sequence: number, sinks: readonly string[]): BatchAlert => ({
    id: `uid-of-batch-1/${sequence}`,
    time: '2026-11-22T10:00:00Z',
    action: 'Act',
    causes: [{ alert: 'NodeFailed', count: 1 }],
    next: '',
    sinks,
  });
  const withAlerts = (batch: UpgradeBatch, alerts: readonly BatchAlert[]): UpgradeBatch => ({
    ...batch,
    status: { ...batch.status, notification: { id: 'uid-of-batch-1/1', ...batch.status?.notification, alerts } },
  });
  const idsOf = (batch: UpgradeBatch): readonly string[] =>
    outboxEntries(batch).map(({ id, sinks }) => `${id} ${sinks.join(' ')}`);

  it('holds them while the batch runs, in their order', () => {
    const { conditions: _settled, ...status } = settled(1, []).status ?? {};
    const open = withAlerts({ ...settled(1, []), status }, [alert(2, ['ops']), alert(3, ['ops', 'chat'])]);

    expect(idsOf(open)).toEqual(['uid-of-batch-1/2 ops', 'uid-of-batch-1/3 ops chat']);
  });

  it('holds those that came after the final message, after it', () => {
    expect(idsOf(withAlerts(settled(1, ['ops']), [alert(2, []), alert(3, ['ops'])]))).toEqual([
      'uid-of-batch-1/1 ops',
      'uid-of-batch-1/3 ops',
    ]);
  });
});

describe('The next delivery for each sink', () => {
  const outbox = [settled(10, ['ops', 'mail']), settled(9, ['ops', 'chat']), settled(2, ['chat'])].flatMap(outboxEntries);
  it.each([
    { closed: [], next: { ops: 'batch-9', chat: 'batch-2', mail: 'batch-10' } },
    { closed: [receipt(9, 'ops'), receipt(2, 'chat')], next: { ops: 'batch-10', chat: 'batch-9', mail: 'batch-10' } },
    { closed: [receipt(9, 'ops'), receipt(10, 'ops'), receipt(10, 'mail')], next: { chat: 'batch-2' } },
  ])('is of the batch with the lowest index: $next', ({ closed, next }) => {
    const deliveries = nextDeliveries(outbox, closed);

    expect(Object.fromEntries([...deliveries].map(([sink, { batch }]) => [sink, batch]))).toEqual(next);
  });
});
