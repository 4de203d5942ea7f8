import { describe, expect, it } from '@jest/globals';
import { BATCH, MINUTE_MS, SECOND_MS, worldWithHolder } from './a-holder.ts';
import { type AgentWorld } from './agent-world.ts';

const UID = `uid-of-${BATCH}`;

/** What a sink has got, in order. */
function gotBy(world: AgentWorld, sink: string): readonly string[] {
  return world.received.filter((each) => each.sink === sink).map(({ id, notification }) => `${notification.kind} ${id}`);
}

describe('an alert', () => {
  it('is sent during the batch, only to its sinks', async () => {
    const { world } = await worldWithHolder(['ops', 'mail']);

    world.raiseAlert(1, ['ops']);
    await world.time.pass(5 * SECOND_MS);

    expect(gotBy(world, 'ops')).toEqual([`Alert ${UID}/2`]);
    expect(gotBy(world, 'mail')).toEqual([]);
    expect(world.received[0]?.notification).toMatchObject({ alert: { reasons: ['NodeFailed'] } });
    expect(world.cluster.lease.receipts).toMatchObject([{ sink: 'ops', id: `${UID}/2`, outcome: 'Delivered' }]);
  });

  it('is sent in order with others and the final message', async () => {
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

  it('is replaced by the final message when it was not sent before the batch settled', async () => {
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
