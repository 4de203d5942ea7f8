import { expect, it } from '@jest/globals';
import { MINUTE_MS, worldWithHolder } from './a-holder.ts';
import { aPlan } from './batches.ts';

it('each sink gets the detail about nodes that it asks for and the plan allows', async () => {
  const { world } = await worldWithHolder(['ops', 'chat']);
  const plan = aPlan(['ops', 'chat']);
  const sinks =
    plan.spec.notify?.sinks?.map((sink) => (sink.name === 'chat' ? { ...sink, nodeDetail: 'None' as const } : sink)) ?? [];
  world.cluster.plan = { ...plan, spec: { ...plan.spec, notify: { nodeDetail: 'All', sinks } } };

  world.settleBatch(1, ['ops', 'chat']);
  await world.time.pass(MINUTE_MS);

  const nodes = new Map(world.received.map(({ sink, notification }) => [sink, notification.nodes.map(({ name }) => name)]));
  expect(nodes).toEqual(
    new Map([
      ['ops', ['node-1']],
      ['chat', []],
    ]),
  );
});
