import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { UpgradeBatch } from '../../../../../src/api/generated/upgradebatch.ts';
import { consolidate } from '../../../../../src/core/notification/consolidation/consolidate.ts';
import { detailOf, type DetailRequest, type NodeDetail } from '../../../../../src/core/notification/model/node-detail.ts';
import type { Notification } from '../../../../../src/core/notification/model/notification.ts';
import { aBatch, failed, nodeNames, succeeded } from '../a-batch.ts';
import { anyBatch } from '../any-batch.ts';
import { SCENARIOS } from '../scenarios.ts';
import { schemaErrors } from '../schema.ts';

const LEVELS: readonly (NodeDetail | undefined)[] = [undefined, 'None', 'Problems', 'All'];

function notificationOf(batch: UpgradeBatch, detail: DetailRequest, agent = 'node-1'): Notification {
  return consolidate({ batch, reports: [], cluster: 'prod', agent: { node: agent, pod: 'agent-1' }, detail });
}

function listed({ nodes }: Notification): string[] {
  return nodes.map(({ name }) => name);
}

/** The batch, with what nodeDetails said of some of its nodes. */
function withGroup(batch: UpgradeBatch, names: readonly string[], nodeDetail: NodeDetail): UpgradeBatch {
  const nodes = batch.spec.nodes.map((node) => (names.includes(node.name) ? { ...node, nodeDetail } : node));
  return { ...batch, spec: { ...batch.spec, nodes } };
}

describe('nodeDetail', () => {
  it.each<{ group?: NodeDetail; plan?: NodeDetail; sink?: NodeDetail; level: NodeDetail | undefined }>([
    { level: undefined },
    { plan: 'Problems', level: 'Problems' },
    { sink: 'All', level: 'All' },
    { plan: 'All', sink: 'None', level: 'None' },
    { plan: 'None', sink: 'All', level: 'None' },
    { group: 'All', plan: 'Problems', level: 'All' },
    { group: 'All', plan: 'None', sink: 'Problems', level: 'Problems' },
    { group: 'None', plan: 'All', sink: 'All', level: 'None' },
    { group: 'Problems', level: 'Problems' },
  ])('of the group $group, of the plan $plan, and of the sink $sink: $level', ({ group, plan, sink, level }) => {
    expect(detailOf(group, { plan, sink })).toBe(level);
  });

  it('None hides the names of nodes everywhere, whatever the records say', () => {
    fc.assert(
      fc.property(
        anyBatch,
        fc.constantFrom<DetailRequest>({ plan: 'None' }, { sink: 'None' }, { plan: 'None', sink: 'All' }),
        (batch, detail) => {
          const notification = notificationOf(batch, detail);

          expect(JSON.stringify(notification)).not.toMatch(
            new RegExp(`node-(${batch.spec.nodes.map((_, i) => i).join('|')})\\b`),
          );
          expect(schemaErrors(notification)).toEqual([]);
        },
      ),
    );
  });

  it.each(SCENARIOS.filter(({ name }) => name !== 'sparse'))('None tells the same counts without a name: $title', ({ batch }) => {
    const all = notificationOf(batch, {});
    const none = notificationOf(batch, { sink: 'None' });

    expect(none.counts).toEqual(all.counts);
    expect(none.causes.map(({ count }) => count)).toEqual(all.causes.map(({ count }) => count));
    for (const { name } of batch.spec.nodes) expect(JSON.stringify(none)).not.toContain(`${name}"`);
    expect(none.text).not.toMatch(/node-\d/);
  });

  it('Problems lists the nodes that did not succeed, and names the slowest', () => {
    const batch = aBatch([
      ...nodeNames(1, 8).map((name, i) => succeeded(name, { seconds: 300 + i })),
      failed('node-9', 'JobFailed', 'exit code 1'),
      { name: 'node-10', state: 'NotAttempted', reason: 'Aborted' },
    ]);
    const notification = notificationOf(batch, { sink: 'Problems' });

    expect(listed(notification)).toEqual(['node-9', 'node-10']);
    expect(notification.durations).toEqual({ slowest: 'node-8', slowestSeconds: 307, medianSeconds: 303 });
    expect(notification.counts.succeeded).toBe(8);
  });

  it('defaults to data about every node and a text about problems', () => {
    const notification = notificationOf(aBatch(nodeNames(1, 9).map((name) => succeeded(name))), {}, 'node-99');

    expect(listed(notification)).toEqual(nodeNames(1, 9));
    expect(notification.text).not.toContain('node-[');
  });

  it('All also names the nodes that succeeded in the text', () => {
    const { text } = notificationOf(aBatch(nodeNames(1, 9).map((name) => succeeded(name))), { plan: 'All' });

    expect(text).toContain('Upgraded: node-[1-9]');
  });

  it('of a group of nodes applies only to that group', () => {
    const batch = withGroup(
      aBatch(nodeNames(1, 6).map((name) => failed(name, 'JobFailed', `${name} is full`))),
      ['node-5', 'node-6'],
      'None',
    );
    const { causes, nodes, text, commands } = notificationOf(batch, { plan: 'All' });

    expect(nodes).toHaveLength(4);
    expect(causes).toMatchObject([{ count: 6, nodes: 'node-[1-4]' }]);
    expect(text).toContain('6× ');
    expect(text).toContain('node-[1-4] and 2 more');
    // Its names are read when it is typed.
    expect(commands.find(({ purpose }) => purpose === 'Release')?.command).toContain('kubectl get ubatch');
  });

  it.each(LEVELS)('%p: the agent is named unless it is None', (sink) => {
    const { agent, text } = notificationOf(aBatch([succeeded('node-1')]), { sink }, 'node-77');

    expect(agent).toEqual(sink === 'None' ? { pod: 'agent-1' } : { node: 'node-77', pod: 'agent-1' });
    expect(text.includes('node-77')).toBe(sink !== 'None');
  });
});
