import { describe, expect, it } from '@jest/globals';
import { BATCH, MINUTE_MS, SECOND_MS, worldWithHolder } from './a-holder.ts';
import { aPatientPlan } from './batches.ts';
import { type SendTry } from './receivers.ts';

describe('an agent that loses the baton', () => {
  it('stops sending', async () => {
    const { world } = await worldWithHolder();
    world.behaviours.set('ops', { latencyMs: 9 * SECOND_MS });
    world.settleBatch(1, ['ops']);
    await world.time.pass(2 * SECOND_MS);

    world.cluster.passBaton({ node: 'node-b', podUid: 'pod-9' }, BATCH);
    await world.time.pass(10 * MINUTE_MS);

    expect(world.received).toEqual([]);
    expect(world.cluster.lease.receipts).toEqual([]);
  });

  it('does not start to send before it has noticed', async () => {
    const { world } = await worldWithHolder();
    world.apiLatency = (call) => (call.startsWith('lease.') ? SECOND_MS : 10);

    world.cluster.passBaton({ node: 'node-b', podUid: 'pod-9' }, BATCH);
    world.settleBatch(1, ['ops']);
    await world.time.pass(MINUTE_MS);

    expect(world.received).toEqual([]);
  });

  it('counts the Lease duration from before the request, no matter how long the answer took', async () => {
    const { world } = await worldWithHolder();
    world.behaviours.set('ops', { latencyMs: 10 * MINUTE_MS });
    world.apiLatency = () => 3 * SECOND_MS;
    await world.time.pass(MINUTE_MS);
    world.settleBatch(1, ['ops']);
    let asked = 0;
    world.beforeCall = (call) => {
      if (call === 'lease.update') asked = world.time.now;
    };
    await world.time.pass(MINUTE_MS);
    world.beforeCall = (call) => {
      if (call === 'lease.update') throw new Error('no connection');
    };
    await world.time.runUntil(() => world.logged.some((line) => line.includes('not renewed in time')), MINUTE_MS);

    // The call arrives 1.5 s after it was made.
    expect(world.time.now).toBeLessThanOrEqual(asked - 1_500 + 12 * SECOND_MS);
  });

  it('aborts a send before the Lease expires when it cannot renew', async () => {
    const { world } = await worldWithHolder();
    world.behaviours.set('ops', { latencyMs: MINUTE_MS });
    world.settleBatch(1, ['ops']);
    await world.time.pass(2 * SECOND_MS);
    const lastWrite = world.time.now;
    world.beforeCall = (call) => {
      if (call === 'lease.update') throw new Error('no connection');
    };
    const cut = (): boolean => world.logged.some((line) => line.includes('the Lease was not renewed in time'));
    await world.time.runUntil(cut, MINUTE_MS);

    expect(world.time.now - lastWrite).toBeLessThanOrEqual(12 * SECOND_MS);
    expect(world.received).toEqual([]);
  });

  it('sends to a sink that is slower than the Lease duration, because it renews meanwhile', async () => {
    const { world } = await worldWithHolder();
    world.cluster.plan = aPatientPlan('ops');
    world.behaviours.set('ops', { latencyMs: 25 * SECOND_MS });

    world.settleBatch(1, ['ops']);
    await world.time.pass(5 * MINUTE_MS);

    expect(world.received).toHaveLength(1);
  });

  it('does not send again when it could not write the receipt', async () => {
    const { world } = await worldWithHolder();
    world.behaviours.set('ops', {
      latencyMs: 10,
      onReceived: () => {
        world.beforeCall = (call) => {
          if (call === 'lease.update') throw new Error('no connection');
        };
      },
    });
    world.settleBatch(1, ['ops']);
    await world.time.pass(MINUTE_MS);
    expect(world.cluster.lease.receipts).toEqual([]);

    world.beforeCall = () => undefined;
    await world.time.pass(MINUTE_MS);

    expect(world.received).toHaveLength(1);
    expect(world.cluster.lease.receipts).toMatchObject([{ sink: 'ops', outcome: 'Delivered', attempts: 1 }]);
  });

  const killFirst = ({ agent }: SendTry): void => {
    if (agent.node === 'node-a') agent.process.kill();
  };
  const killFirstOnTheWay = (sent: SendTry): void => {
    killFirst(sent);
    if (sent.agent.process.killed) throw new Error('the request does not arrive');
  };
  it.each([
    { title: 'before the receiver has got the notification', behaviour: { onSend: killFirstOnTheWay }, received: 1 },
    { title: 'after the receiver has got it, before the receipt', behaviour: { onReceived: killFirst }, received: 2 },
  ])('when it is killed $title: the next agent sends with the same id', async ({ behaviour, received }) => {
    const { world } = await worldWithHolder();
    world.behaviours.set('ops', { latencyMs: 10, ...behaviour });
    world.settleBatch(1, ['ops']);
    await world.time.pass(20 * SECOND_MS);

    await world.startHolder('node-b', BATCH);
    await world.time.pass(MINUTE_MS);

    expect(world.received).toHaveLength(received);
    expect(new Set(world.received.map(({ id }) => id)).size).toBe(1);
    expect(world.cluster.lease.receipts).toMatchObject([{ node: 'node-b', outcome: 'Delivered' }]);
  });
});
