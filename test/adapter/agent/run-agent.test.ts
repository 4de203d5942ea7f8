import { describe, expect, it } from '@jest/globals';
import type { SendResult } from '../../../src/core/notification/send-result.ts';
import { aReport } from '../../core/notification/a-batch.ts';
import { AgentWorld, aPlan, openBatch, settle, type RunningAgent, type SendTry } from './agent-world.ts';

const BATCH = 'kernel-7f3c-1';
const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

/** A world with one batch that runs, and an agent that holds the baton for it. */
async function worldWithHolder(sinks: readonly string[] = ['ops']): Promise<{ world: AgentWorld; agent: RunningAgent }> {
  const world = new AgentWorld([openBatch(1)], sinks);
  const agent = await world.startHolder('node-a', BATCH);
  await world.time.pass(SECOND_MS);
  return { world, agent };
}

const unavailable: SendResult = { kind: 'Retry', reason: 'Unavailable', message: 'HTTP 503 from ops.example' };

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

  it('begins within two seconds once it is named', async () => {
    const world = new AgentWorld([settle(openBatch(1), ['ops'])], ['ops']);
    const agent = world.start('node-a');
    await world.time.pass(MINUTE_MS);

    world.cluster.passBaton(agent, BATCH);
    await world.time.pass(3 * SECOND_MS);

    expect(world.received).toHaveLength(1);
  });
});

describe('an agent that holds the baton', () => {
  it('renews every third of the duration, and follows the reports about its batch', async () => {
    const { world } = await worldWithHolder();
    const before = world.cluster.leaseWrites;

    await world.time.pass(MINUTE_MS);

    expect(world.cluster.leaseWrites - before).toBe(12);
    expect(world.followed).toEqual([BATCH]);
    expect(world.received).toEqual([]);
  });

  it('sends when the batch has settled, and puts a receipt on the Lease', async () => {
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

  it('sends once, whether or not the operator has copied the receipt', async () => {
    const { world } = await worldWithHolder();

    world.settleBatch(1, ['ops']);
    await world.time.pass(MINUTE_MS);
    world.cluster.copyReceipts();
    await world.time.pass(MINUTE_MS);

    expect(world.received).toHaveLength(1);
  });

  it('looks once, not without end, when its watch still shows what another has delivered', async () => {
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

  it('tells the backlog first, in order, and leaves out what has been told', async () => {
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

describe('a sink that fails', () => {
  it('is tried again with growing pauses until it takes the notification, and does not delay the others', async () => {
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

  it('is left alone for as long as it asks', async () => {
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

  it('takes the notification when its secret comes late', async () => {
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

  it('is not tried any more once the operator has given up', async () => {
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

  it('that was removed from the plan gets a receipt that says so', async () => {
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

describe('an agent that loses the baton', () => {
  it('stops sending, and sends nothing more', async () => {
    const { world } = await worldWithHolder();
    world.behaviours.set('ops', { latencyMs: 30 * SECOND_MS });
    world.settleBatch(1, ['ops']);
    await world.time.pass(2 * SECOND_MS);

    world.cluster.passBaton({ node: 'node-b', podUid: 'pod-9' }, BATCH);
    await world.time.pass(10 * MINUTE_MS);

    expect(world.received).toEqual([]);
    expect(world.cluster.lease.receipts).toEqual([]);
  });

  it('does not begin to send in the time until it would notice', async () => {
    const { world } = await worldWithHolder();
    world.apiLatency = (call) => (call.startsWith('lease.') ? SECOND_MS : 10);

    world.cluster.passBaton({ node: 'node-b', podUid: 'pod-9' }, BATCH);
    world.settleBatch(1, ['ops']);
    await world.time.pass(MINUTE_MS);

    expect(world.received).toEqual([]);
  });

  it('counts from before it asked, however long the answer took', async () => {
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

  it('cuts a send off before the Lease has run out when it cannot renew', async () => {
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

  it('sends for a sink that is slower than the Lease, because it renews meanwhile', async () => {
    const { world } = await worldWithHolder();
    world.behaviours.set('ops', { latencyMs: 40 * SECOND_MS });

    world.settleBatch(1, ['ops']);
    await world.time.pass(5 * MINUTE_MS);

    expect(world.received).toHaveLength(1);
  });

  it('does not send again what it could not write down', async () => {
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
  ])('by being killed $title: the next agent sends with the same id', async ({ behaviour, received }) => {
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

describe('an agent that is asked to stop', () => {
  it('ends at once when nothing is being sent', async () => {
    const { world, agent } = await worldWithHolder();

    agent.stop.abort();
    await world.time.pass(SECOND_MS);

    expect(agent.endedAt).toBeDefined();
  });

  it('ends a send that is nearly done, and writes its receipt', async () => {
    const { world, agent } = await worldWithHolder();
    world.behaviours.set('ops', {
      latencyMs: SECOND_MS,
      onSend: () => {
        agent.stop.abort();
      },
    });

    world.settleBatch(1, ['ops']);
    await world.time.pass(5 * SECOND_MS);

    expect(agent.endedAt).toBeDefined();
    expect(world.cluster.lease.receipts).toMatchObject([{ outcome: 'Delivered' }]);
  });

  it.each([
    {
      title: 'a send takes long',
      setUp: (world: AgentWorld) => {
        world.behaviours.set('ops', { latencyMs: MINUTE_MS });
      },
    },
    {
      title: 'the Lease cannot be written',
      setUp: (world: AgentWorld) => {
        world.behaviours.set('ops', {
          latencyMs: 10,
          onReceived: () => {
            world.beforeCall = () => {
              throw new Error('no connection');
            };
          },
        });
      },
    },
    {
      title: 'a sink fails',
      setUp: (world: AgentWorld) => {
        world.behaviours.set('ops', { latencyMs: 10, answer: () => unavailable });
      },
    },
  ])('ends within five seconds when $title', async ({ setUp }) => {
    const { world, agent } = await worldWithHolder();
    setUp(world);
    world.settleBatch(1, ['ops']);
    await world.time.pass(2 * SECOND_MS);

    const asked = world.time.now;
    agent.stop.abort();
    await world.time.runUntil(() => agent.endedAt !== undefined, MINUTE_MS);

    expect(agent.endedAt! - asked).toBeLessThanOrEqual(5 * SECOND_MS + 100);
  });
});
