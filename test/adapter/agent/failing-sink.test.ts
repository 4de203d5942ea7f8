import { describe, expect, it } from '@jest/globals';
import { BATCH, MINUTE_MS, SECOND_MS, unavailable, worldWithHolder } from './a-holder.ts';
import { aPlan } from './batches.ts';

describe('a sink that fails', () => {
  it('is retried with growing pauses until it accepts the notification and does not delay the others', async () => {
    const { world } = await worldWithHolder(['ops', 'chat']);
    const tries: number[] = [];
    world.behaviours.set('ops', {
      latencyMs: 10,
      onSend: () => tries.push(world.time.now),
      answer: ({ count }) => (count < 8 ? unavailable : { kind: 'Delivered' }),
    });

    world.settleBatch(1, ['ops', 'chat']);
    await world.time.pass(10 * MINUTE_MS);

    expect(world.received.map(({ sink }) => sink)).toEqual(['chat', 'ops']);
    expect(world.received[0]?.at).toBeLessThan(3 * SECOND_MS);
    const pauses = tries.slice(1).map((at, i) => Math.round((at - tries[i]!) / 1000));
    expect(pauses).toEqual([1, 2, 3, 6, 12, 24, 45]);
    expect(world.cluster.lease.receipts.find(({ sink }) => sink === 'ops')).toMatchObject({ outcome: 'Delivered', attempts: 8 });
  });

  it('that answers late gets a longer timeout with each attempt and for the next message', async () => {
    const { world } = await worldWithHolder();
    world.behaviours.set('ops', { latencyMs: 10, answerMs: 25 * SECOND_MS });

    world.settleBatch(1, ['ops']);
    await world.time.pass(5 * MINUTE_MS);
    world.raiseAlert(1, ['ops']);
    await world.time.pass(MINUTE_MS);

    expect(world.received.map(({ id }) => id)).toEqual([1, 1, 1, 2].map((number) => `uid-of-${BATCH}/${number}`));
    expect(world.cluster.lease.receipts).toMatchObject([{ attempts: 3 }, { attempts: 1 }]);
  });

  it('is not tried again before the delay that it asks for', async () => {
    const { world } = await worldWithHolder();
    const tries: number[] = [];
    world.behaviours.set('ops', {
      latencyMs: 10,
      onSend: () => tries.push(world.time.now),
      answer: ({ count }) => (count === 1 ? { ...unavailable, afterMs: 90_000 } : { kind: 'Delivered' }),
    });

    world.settleBatch(1, ['ops']);
    await world.time.pass(5 * MINUTE_MS);

    expect(tries).toHaveLength(2);
    expect(tries[1]! - tries[0]!).toBeGreaterThanOrEqual(90_000);
  });

  it.each([
    {
      title: 'refuses it',
      result: { kind: 'Permanent', reason: 'Refused', message: 'HTTP 410 from ops.example' },
      afterMs: 5 * SECOND_MS,
    },
    {
      title: 'has no secret for a minute and a half',
      result: { kind: 'Permanent', reason: 'SecretMissing', message: 'the signing secret is missing' },
      afterMs: 3 * MINUTE_MS,
    },
  ] as const)('gets a receipt that says why when it $title', async ({ result, afterMs }) => {
    const { world } = await worldWithHolder();
    world.behaviours.set('ops', { latencyMs: 10, answer: () => result });

    world.settleBatch(1, ['ops']);
    await world.time.pass(afterMs);

    expect(world.cluster.lease.receipts).toMatchObject([
      { sink: 'ops', outcome: 'Failed', reason: result.reason, message: result.message },
    ]);
    expect(world.received).toEqual([]);
  });

  it('accepts the notification when its Secret is created late', async () => {
    const { world } = await worldWithHolder();
    world.behaviours.set('ops', {
      latencyMs: 10,
      answer: () =>
        world.time.now < 60_000 ? { kind: 'Permanent', reason: 'SecretMissing', message: '' } : { kind: 'Delivered' },
    });

    world.settleBatch(1, ['ops']);
    await world.time.pass(3 * MINUTE_MS);

    expect(world.received).toHaveLength(1);
    expect(world.cluster.lease.receipts).toMatchObject([{ outcome: 'Delivered' }]);
  });

  it('is not tried again once the operator has given up', async () => {
    const { world } = await worldWithHolder();
    let tries = 0;
    world.behaviours.set('ops', { latencyMs: 10, onSend: () => (tries += 1), answer: () => unavailable });
    world.settleBatch(1, ['ops']);
    await world.time.pass(5 * MINUTE_MS);

    const givenUp = {
      sink: 'ops',
      id: `uid-of-${BATCH}/1`,
      outcome: 'Failed',
      reason: 'GivenUp',
      time: '2026-11-23T10:00:00Z',
    } as const;
    world.cluster.changeBatch(`uid-of-${BATCH}`, (batch) => ({
      ...batch,
      status: { ...batch.status, notification: { id: givenUp.id, sinks: ['ops'], receipts: [givenUp] } },
    }));
    await world.time.pass(2 * MINUTE_MS);
    const triesThen = tries;
    await world.time.pass(10 * MINUTE_MS);

    expect(tries).toBe(triesThen);
    expect(world.cluster.lease.receipts).toEqual([]);
  });

  it('gets a receipt that says that it was removed from the plan', async () => {
    const { world } = await worldWithHolder(['ops', 'chat']);
    world.cluster.plan = aPlan(['chat']);

    world.settleBatch(1, ['ops', 'chat']);
    await world.time.pass(2 * SECOND_MS);

    expect(world.cluster.lease.receipts).toMatchObject([
      { sink: 'ops', outcome: 'Failed', reason: 'SinkRemoved' },
      { sink: 'chat', outcome: 'Delivered' },
    ]);
    expect(world.received.map(({ sink }) => sink)).toEqual(['chat']);
  });
});
