import { describe, expect, it } from '@jest/globals';
import { BATCH, MINUTE_MS, SECOND_MS, worldWithHolder } from './a-holder.ts';
import { type AgentWorld } from './agent-world.ts';

const UID = `uid-of-${BATCH}`;

/** What a sink has got, in order. */
function gotBy(world: AgentWorld, sink: string): readonly string[] {
  return world.received.filter((each) => each.sink === sink).map(({ id, notification }) => `${notification.kind} ${id}`);
}

describe('an alert', () => {
  it('is sent while the batch still runs, only to the sinks that are to get it', async () => {
    const { world } = await worldWithHolder(['ops', 'mail']);

    world.raiseAlert(1, ['ops']);
    await world.time.pass(5 * SECOND_MS);

    expect(gotBy(world, 'ops')).toEqual([`Alert ${UID}/2`]);
    expect(gotBy(world, 'mail')).toEqual([]);
    expect(world.received[0]?.notification).toMatchObject({ alert: { reasons: ['NodeFailed'] } });
    expect(world.cluster.lease.receipts).toMatchObject([{ sink: 'ops', id: `${UID}/2`, outcome: 'Delivered' }]);
  });

  it('goes out in order with others and the final message', async () => {
    const { world } = await worldWithHolder();
    world.behaviours.set('ops', {
      latencyMs: 10,
      answer: ({ count }) =>
        count === 1 ? { kind: 'Retry', reason: 'Unavailable', message: 'HTTP 503' } : { kind: 'Delivered' },
    });
    world.raiseAlert(1, ['ops']);
    world.raiseAlert(1, ['ops']);
    await world.time.pass(MINUTE_MS);
    world.cluster.copyReceipts();
    world.settleBatch(1, ['ops']);
    await world.time.pass(MINUTE_MS);

    expect(gotBy(world, 'ops')).toEqual([`Alert ${UID}/2`, `Alert ${UID}/3`, `BatchSettled ${UID}/1`]);
  });

  it('that was not sent until the batch settled gives way to the final message', async () => {
    const { world } = await worldWithHolder();
    let down = true;
    world.behaviours.set('ops', {
      latencyMs: 10,
      answer: () => (down ? { kind: 'Retry', reason: 'Unavailable', message: 'HTTP 503' } : { kind: 'Delivered' }),
    });
    world.raiseAlert(1, ['ops']);
    await world.time.pass(10 * SECOND_MS);

    world.settleBatch(1, ['ops']);
    down = false;
    await world.time.pass(2 * MINUTE_MS);

    expect(gotBy(world, 'ops')).toEqual([`BatchSettled ${UID}/1`]);
  });
});
