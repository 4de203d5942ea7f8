import { describe, expect, it } from '@jest/globals';
import type { NodeRecord, RolloutStory, UpgradeBatch } from '../../../../../../src/api/generated/upgradebatch.ts';
import type { UpgradePlanStatus } from '../../../../../../src/api/generated/upgradeplan.ts';
import { failureBudget } from '../../../../../../src/core/rollout/fleet/budget.ts';
import { surveyFleet } from '../../../../../../src/core/rollout/fleet/fleet.ts';
import { storyOf } from '../../../../../../src/core/rollout/status/outlook/story.ts';
import { aNode, aQuarantined, aSnapshot, byName, SETTINGS } from '../../support/facts.ts';
import { aBatch, aPlan, at, hash, REVISION, settledStatus, timeAt } from '../../support/objects.ts';

function record(name: string, state: NodeRecord['state'] = 'Succeeded', changes: Partial<NodeRecord> = {}): NodeRecord {
  return { name, state, ...(state === 'Failed' ? { reason: 'JobFailed' } : {}), ...changes };
}

function batch(index: number, records: readonly NodeRecord[], summary = {}): UpgradeBatch {
  const names = records.map(({ name }) => name);
  return aBatch(names, { name: `os-aaaa-${index}`, spec: { index }, status: settledStatus(records, { summary }) });
}

function story(
  batches: readonly UpgradeBatch[],
  status: UpgradePlanStatus = {},
  nodes = [aNode('node-1')],
): RolloutStory | undefined {
  const plan = { ...aPlan(), status: { revision: REVISION, ...status } };
  const snapshot = aSnapshot({ plan, nodes: byName(...nodes), batches });
  const fleet = surveyFleet(snapshot);
  const input = { snapshot, now: at(3600), settings: SETTINGS, hash };
  return storyOf({ input, fleet, budget: failureBudget(snapshot, fleet) }, { peakUnavailable: 2 }, true);
}

describe('The story of a rollout', () => {
  it('has the failures by reason, the recovered nodes, and which batch was a retry', () => {
    const result = story([
      batch(1, [record('node-1')], { peakUnavailable: 1 }),
      batch(2, [record('node-2', 'Failed'), record('node-3', 'Failed'), record('node-4', 'Failed', { reason: 'DrainTimeout' })], {
        peakUnavailable: 7,
      }),
      batch(3, [record('node-2'), record('node-3', 'Failed')]),
      batch(4, [record('node-5', 'Succeeded', { processes: [{ name: 'os', state: 'Succeeded', attempt: 2 }] })]),
    ]);
    expect(result).toMatchObject({
      batches: 4,
      failures: [
        { reason: 'JobFailed', count: 3 },
        { reason: 'DrainTimeout', count: 1 },
      ],
      recovered: 1,
      retried: 1,
      peakUnavailable: 7,
      listedBatches: [
        { index: 1, kind: 'Upgrade', nodes: 1, succeeded: 1, failed: 0 },
        { index: 2, kind: 'Upgrade', nodes: 3, succeeded: 0, failed: 3 },
        { index: 3, kind: 'Retry', nodes: 2, succeeded: 1, failed: 1 },
        { index: 4, kind: 'Upgrade', nodes: 1, succeeded: 1, failed: 0 },
      ],
    });
  });

  it('lists the first batches, the last ones, and those between that did not succeed', () => {
    const batches = Array.from({ length: 300 }, (_, i) =>
      batch(i + 1, [record(`node-${i}`, i % 60 === 30 ? 'Failed' : 'Succeeded')]),
    );
    expect(story(batches)?.listedBatches?.map(({ index }) => index)).toEqual([
      1, 2, 3, 4, 31, 91, 151, 211, 271, 297, 298, 299, 300,
    ]);
  });

  it('has a limited size', () => {
    const batches = Array.from({ length: 200 }, (_, i) =>
      batch(i + 1, [record(`node-${i}`, 'Failed', { reason: `Reason${'X'.repeat(50)}${i}` })]),
    );
    const nodes = Array.from({ length: 200 }, (_, i) => aQuarantined(`node-${i}.${'x'.repeat(200)}`));
    const result = story(batches, {}, nodes);
    expect(result).toMatchObject({ batches: 200, quarantined: 200 });
    expect(JSON.stringify(result).length).toBeLessThan(10_000);
  });

  it('has the actions since it started, and the waits', () => {
    const act = { uid: 'u', message: 'done' };
    const result = story([batch(1, [record('node-1')])], {
      waits: [{ reason: 'WindowClosed', seconds: 60 }],
      history: [
        { ...act, action: 'Approve', name: 'early', time: timeAt(-999_999) },
        { ...act, action: 'Resume', name: 'resume-1', requestedBy: 'ben', reason: 'registry fixed', time: timeAt(10) },
      ],
    });
    expect(result?.actions).toEqual([{ action: 'Resume', requestedBy: 'ben', reason: 'registry fixed', time: timeAt(10) }]);
    expect(result?.waits).toEqual([{ reason: 'WindowClosed', seconds: 60 }]);
  });

  it('names the quarantined nodes with their details', () => {
    const secret = batch(1, [record('node-9', 'Failed')]);
    const spec = { ...secret.spec, nodes: secret.spec.nodes.map((node) => ({ ...node, nodeDetail: 'None' as const })) };
    expect(story([{ ...secret, spec }], {}, [aQuarantined('node-10'), aQuarantined('node-9')])?.quarantinedNodes).toEqual([
      { name: 'node-9', nodeDetail: 'None' },
      { name: 'node-10' },
    ]);
  });

  it('adds up what drains waited for in all batches', () => {
    const cart = { budget: 'shop/cart', seconds: 60, longestSeconds: 60, nodes: 1 };
    const batches = [
      batch(1, [record('node-1')], { drainWaits: [cart] }),
      batch(2, [record('node-2')], { drainWaits: [cart] }),
      batch(3, [record('node-3')]),
    ];
    expect(story(batches)?.drainWaits).toEqual([{ ...cart, seconds: 120, nodes: 2 }]);
  });
});
