import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { UpgradeBatch } from '../../../../../src/api/generated/upgradebatch.ts';
import type { ReportFact } from '../../../../../src/core/facts.ts';
import { consolidate } from '../../../../../src/core/notification/consolidation/consolidate.ts';
import { expandNodeNames } from '../../../../../src/core/notification/model/node-names.ts';
import type { Notification } from '../../../../../src/core/notification/model/notification.ts';
import { aBatch, aReport, failed, nodeNames, processRecord, succeeded } from '../a-batch.ts';
import { anyBatch } from '../any-batch.ts';
import { SCENARIOS } from '../scenarios.ts';
import { schemaErrors } from '../schema.ts';

function notificationOf(batch: UpgradeBatch, reports: readonly ReportFact[] = [], cluster = 'prod'): Notification {
  return consolidate({ batch, reports, cluster, agent: { node: 'node-217', pod: 'agent-1' } });
}

describe("The name of the plan's step", () => {
  it('is shown with the batch in the first line, and in the JSON', () => {
    const { text, batch } = notificationOf(aBatch([succeeded('node-1')], { spec: { index: 1, stepName: 'canary' } }));

    expect(text.split('\n')[0]).toContain('· batch 1 (canary) of about 7 ·');
    expect(batch.step).toBe('canary');
  });

  it('is left out if the step has none', () => {
    expect(notificationOf(aBatch([succeeded('node-1')], { spec: { index: 1 } })).text.split('\n')[0]).toContain(
      '· batch 1 of about 7 ·',
    );
  });
});

describe('The notification of a batch', () => {
  it('lists every node of the batch exactly once, in the order of the turns', () => {
    fc.assert(
      fc.property(anyBatch, (batch) => {
        const { nodes, counts } = notificationOf(batch);

        expect(nodes.map((node) => node.name)).toEqual(batch.spec.nodes.map((node) => node.name));
        expect(counts.succeeded + counts.failed + counts.skipped + counts.notAttempted + counts.unfinished).toBe(counts.nodes);
      }),
    );
  });

  it('gives every node that did not succeed exactly one cause', () => {
    fc.assert(
      fc.property(anyBatch, (batch) => {
        const { nodes, causes } = notificationOf(batch);

        const names = causes.flatMap((cause) => expandNodeNames(cause.nodes));
        expect(names.sort()).toEqual(
          nodes
            .filter((node) => node.state !== 'Succeeded')
            .map((node) => node.name)
            .sort(),
        );
        expect(causes.every((cause) => expandNodeNames(cause.nodes).length === cause.count)).toBe(true);
      }),
    );
  });

  it('has a text of at most 12 lines and 4,000 characters, whatever the records say', () => {
    fc.assert(
      fc.property(anyBatch, fc.string({ unit: 'binary', maxLength: 300 }), (batch, cluster) => {
        const { text } = notificationOf(batch, [], cluster);

        expect(text.split(/[\n\r\u2028\u2029]/).length).toBeLessThanOrEqual(12);
        expect(text.length).toBeLessThanOrEqual(4000);
      }),
    );
  });

  it('matches the published schema, whatever the records say', () => {
    fc.assert(
      fc.property(anyBatch, (batch) => {
        expect(schemaErrors(notificationOf(batch))).toEqual([]);
      }),
    );
  });

  it.each(SCENARIOS)('keeps to the published schema: $title', ({ batch, reports, cluster }) => {
    expect(schemaErrors(notificationOf(batch, reports, cluster))).toEqual([]);
  });

  it('has the same id, whichever agent sends it', () => {
    const batch = aBatch([succeeded('node-1')]);

    const first = consolidate({ batch, reports: [], cluster: '', agent: { node: 'node-1', pod: 'a' } });
    const second = consolidate({ batch, reports: [], cluster: '', agent: { node: 'node-2', pod: 'b' } });

    expect(first.id).toBe('uid-of-kernel-7f3c-4/1');
    expect(second.id).toBe(first.id);
  });

  it('lists 1,000 nodes completely', () => {
    const batch = aBatch(nodeNames(1, 1000).map((name) => failed(name, 'JobFailed', `${'ø'.repeat(50)} ${name}`)));

    expect(notificationOf(batch).nodes).toHaveLength(1000);
    expect(notificationOf(batch).causes).toMatchObject([
      { count: 1000, nodes: 'node-[1-1000]', messages: 1, message: `${'ø'.repeat(50)} <node>` },
    ]);
  });
});

describe('Whether to act', () => {
  const ok = succeeded('node-1');
  const inService = failed('node-2', 'DrainTimeout', '', { quarantined: false, processes: [] });
  const quarantined = failed('node-3', 'JobFailed', '');
  it.each([
    { title: 'all nodes succeeded', records: [ok], next: 'NextBatch', outcome: 'Succeeded', action: 'None' },
    {
      title: 'a node failed, is in service, and the plan continues',
      records: [ok, inService],
      next: 'NextBatch',
      outcome: 'Failed',
      action: 'None',
    },
    {
      title: 'a node failed, is in service, and the rollout has ended',
      records: [ok, inService],
      next: 'Done',
      outcome: 'Failed',
      action: 'Act',
    },
    { title: 'a node is quarantined', records: [ok, quarantined], next: 'NextBatch', outcome: 'Failed', action: 'Act' },
    {
      title: 'a person paused the plan',
      records: [ok],
      next: 'Paused',
      reason: 'PausedBySpec',
      outcome: 'Succeeded',
      action: 'None',
    },
    {
      title: 'the budget paused the plan',
      records: [ok, inService, inService],
      next: 'Paused',
      reason: 'BudgetExceeded',
      outcome: 'Failed',
      action: 'Act',
    },
    {
      title: 'a node was left out',
      records: [ok, { name: 'node-4', state: 'NotAttempted', reason: 'Superseded' }],
      next: 'NextBatch',
      outcome: 'Incomplete',
      action: 'None',
    },
    {
      title: 'a node was not ready',
      records: [{ name: 'node-4', state: 'Skipped', reason: 'NotReady' }],
      next: 'NextBatch',
      outcome: 'Incomplete',
      action: 'None',
    },
    {
      title: 'a node was done already',
      records: [{ name: 'node-4', state: 'Skipped', reason: 'AlreadyDone' }],
      next: 'NextBatch',
      outcome: 'Succeeded',
      action: 'None',
    },
  ] as const)('when $title: $outcome, $action', ({ records, next, outcome, action, ...more }) => {
    const why = 'reason' in more ? { reason: more.reason } : {};
    const batch = aBatch(records, { status: { outlook: { next, ...why, message: 'so it is' } } });

    expect(notificationOf(batch)).toMatchObject({ outcome, action });
  });
});

describe('What reports add', () => {
  it('is the version that each process installed', () => {
    const batch = aBatch([succeeded('node-1', { fromVersion: '' })]);
    const { nodes, versions } = notificationOf(batch, [
      aReport(batch, 'node-1', { fromVersion: '6.12.30', toVersion: '6.12.31' }),
    ]);

    expect(nodes[0]).toMatchObject({ fromVersion: '6.12.30', processes: [{ fromVersion: '6.12.30', toVersion: '6.12.31' }] });
    expect(versions).toEqual([{ from: '6.12.30', to: '6.12.31', nodes: 1 }]);
  });

  it('gives way to the records', () => {
    const batch = aBatch([failed('node-1', 'JobFailed', 'exit code 3')]);
    const { nodes } = notificationOf(batch, [
      aReport(batch, 'node-1', { reason: 'UpgradeSucceeded', fromVersion: '1', note: 'all well' }),
    ]);

    expect(nodes[0]).toMatchObject({ state: 'Failed', message: 'exit code 3', fromVersion: '6.12.30' });
  });

  it('explains a failure that its record does not explain', () => {
    const batch = aBatch([
      { name: 'node-1', state: 'Failed', reason: 'JobFailed', processes: [processRecord('kernel', { state: 'Failed' })] },
    ]);
    const { nodes } = notificationOf(batch, [
      aReport(batch, 'node-1', { reason: 'UpgradeFailed', note: 'é'.repeat(500), task: 'flash' }),
    ]);

    expect(nodes[0]?.processes[0]?.task).toBe('flash');
    expect(new TextEncoder().encode(nodes[0]?.message).length).toBeLessThanOrEqual(128);
  });

  it.each([
    { title: 'of another batch', changes: { batchUid: 'other' } },
    { title: 'of another Node with the same name', changes: { nodeUid: 'other' } },
    { title: 'of an earlier attempt', changes: { attempt: 1 } },
    { title: 'of a process that the batch does not have', changes: { process: 'other' } },
  ])('is nothing when they are $title', ({ changes }) => {
    const batch = aBatch([{ name: 'node-1', state: 'Succeeded', processes: [processRecord('kernel', { attempt: 2 })] }]);
    const { nodes } = notificationOf(batch, [aReport(batch, 'node-1', { attempt: 2, toVersion: '9', ...changes })]);

    expect(nodes[0]?.processes[0]).toEqual({ name: 'kernel', state: 'Succeeded', seconds: 300 });
  });

  it('is what came last, whatever the order of arrival', () => {
    const batch = aBatch([succeeded('node-1')]);
    const inOrder = [1, 2, 3].map((sequence) =>
      aReport(batch, 'node-1', { sequence, reason: 'UpgradeProgressing', task: `task ${sequence}` }),
    );

    for (const reports of [inOrder, inOrder.toReversed()])
      expect(notificationOf(batch, reports).nodes[0]?.processes[0]?.task).toBe('task 3');
  });
});
