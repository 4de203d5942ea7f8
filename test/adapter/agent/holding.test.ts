import { describe, expect, it } from '@jest/globals';
import { aReport } from '../../unit/core/notification/a-batch.ts';
import { BATCH, MINUTE_MS, SECOND_MS, worldWithHolder } from './a-holder.ts';
import { AgentWorld } from './agent-world.ts';
import { openBatch, settle } from './batches.ts';

describe('an agent that the Lease does not name', () => {
  it.each([
    { title: 'nobody', holder: undefined },
    { title: 'another node', holder: { node: 'node-b', podUid: 'pod-1' } },
    { title: 'an earlier Pod on its node', holder: { node: 'node-a', podUid: 'pod-0' } },
  ])('sends and writes nothing: $title is named', async ({ holder }) => {
    const world = new AgentWorld([settle(openBatch(1), ['ops'])], ['ops']);
    if (holder !== undefined) world.cluster.passBaton(holder, BATCH);
    world.start('node-a');

    await world.time.pass(5 * MINUTE_MS);

    expect(world.received).toEqual([]);
    expect(world.cluster.leaseWrites).toBe(0);
    expect(world.logged).toEqual([]);
  });

  it('starts within two seconds once it is named', async () => {
    const world = new AgentWorld([settle(openBatch(1), ['ops'])], ['ops']);
    const agent = world.start('node-a');
    await world.time.pass(MINUTE_MS);

    world.cluster.passBaton(agent, BATCH);
    await world.time.pass(3 * SECOND_MS);

    expect(world.received).toHaveLength(1);
  });
});

describe('an agent that holds the baton', () => {
  it('renews every third of the duration and follows the reports about its batch', async () => {
    const { world } = await worldWithHolder();
    const before = world.cluster.leaseWrites;

    await world.time.pass(MINUTE_MS);

    expect(world.cluster.leaseWrites - before).toBe(12);
    expect(world.followed).toEqual([BATCH]);
    expect(world.received).toEqual([]);
  });

  it('sends when the batch has settled and writes a receipt to the Lease', async () => {
    const { world } = await worldWithHolder(['ops', 'chat']);
    world.reports = [aReport(openBatch(1), 'node-1', { fromVersion: '6.12.30', toVersion: '6.12.31' })];

    world.settleBatch(1, ['ops', 'chat']);
    await world.time.pass(2 * SECOND_MS);

    expect(world.received.map(({ sink, id, node }) => ({ sink, id, node }))).toEqual([
      { sink: 'ops', id: `uid-of-${BATCH}/1`, node: 'node-a' },
      { sink: 'chat', id: `uid-of-${BATCH}/1`, node: 'node-a' },
    ]);
    expect(world.received[0]?.notification.versions).toEqual([{ from: '6.12.30', to: '6.12.31', nodes: 1 }]);
    const receipt = { id: `uid-of-${BATCH}/1`, outcome: 'Delivered', node: 'node-a', attempts: 1, time: expect.any(String) };
    expect(world.cluster.lease.receipts).toEqual([
      { ...receipt, sink: 'ops' },
      { ...receipt, sink: 'chat' },
    ]);
  });

  it('sends once whether or not the operator has copied the receipt', async () => {
    const { world } = await worldWithHolder();

    world.settleBatch(1, ['ops']);
    await world.time.pass(MINUTE_MS);
    world.cluster.copyReceipts();
    await world.time.pass(MINUTE_MS);

    expect(world.received).toHaveLength(1);
  });

  it('checks only once when its watch still shows what another agent has delivered', async () => {
    const { world } = await worldWithHolder();
    const shown = [{ name: BATCH, uid: `uid-of-${BATCH}`, index: 1, id: `uid-of-${BATCH}/1`, sinks: ['ops'] }];
    const receipt = { sink: 'ops', id: `uid-of-${BATCH}/1`, outcome: 'Delivered', time: '2026-11-22T10:00:00Z' } as const;
    let reads = 0;
    world.outbox = () => shown;
    world.beforeCall = (call) => {
      if (call === 'batch.read') reads += 1;
    };

    world.settleBatch(1, ['ops']);
    world.cluster.changeBatch(`uid-of-${BATCH}`, (batch) => ({
      ...batch,
      status: { ...batch.status, notification: { id: receipt.id, sinks: ['ops'], receipts: [receipt] } },
    }));
    await world.time.pass(MINUTE_MS);

    expect(world.received).toEqual([]);
    expect(reads).toBe(1);
  });

  it('sends the backlog first and in order, without what was already sent', async () => {
    const world = new AgentWorld(
      [3, 1, 2].map((index) => settle(openBatch(index), ['ops'])),
      ['ops'],
    );
    world.cluster.changeBatch('uid-of-kernel-7f3c-2', (batch) => ({
      ...batch,
      status: {
        ...batch.status,
        notification: {
          id: 'uid-of-kernel-7f3c-2/1',
          sinks: ['ops'],
          receipts: [{ sink: 'ops', id: 'uid-of-kernel-7f3c-2/1', outcome: 'Delivered', time: '2026-11-22T10:00:00Z' }],
        },
      },
    }));

    await world.startHolder('node-a', 'kernel-7f3c-3');
    await world.time.pass(5 * SECOND_MS);

    expect(world.received.map(({ batch }) => batch)).toEqual(['kernel-7f3c-1', 'kernel-7f3c-3']);
  });

  it('sends without the details when reports cannot be read', async () => {
    const { world } = await worldWithHolder();
    world.beforeCall = (call) => {
      if (call === 'events.list') throw new Error('etcd is slow');
    };

    world.settleBatch(1, ['ops']);
    await world.time.pass(2 * SECOND_MS);

    expect(world.received).toHaveLength(1);
  });
});
