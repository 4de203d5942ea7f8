import { describe, expect, it } from '@jest/globals';
import { aLease, aNode, aQuarantined, byName, done, inTurn } from '../../support/facts.ts';
import { aPlan } from '../../support/objects.ts';
import { BOTH, NODES, ONE_FAILED, OPEN, past, statusOf } from '../../support/plan-status.ts';

describe('The figures of a plan', () => {
  it('count its nodes by outcome', () => {
    const nodes = byName(
      done('node-0'),
      aNode('node-1'),
      aQuarantined('node-2'),
      inTurn('node-3'),
      aNode('node-4', { labels: {}, ready: false }),
    );
    const status = statusOf({ nodes, batches: [past([...ONE_FAILED, { name: 'node-3', state: 'NotAttempted' }])] });
    expect(status.counts).toEqual({
      nodes: 4,
      succeeded: 2,
      failed: 1,
      skipped: 0,
      rolledBack: 0,
      notAttempted: 1,
      waiting: 1,
      running: 1,
      unavailable: 2,
      quarantined: 1,
    });
    expect(status.progress).toBe('2/4');
  });

  it('count a node that was found done as done', () => {
    const status = statusOf({
      nodes: NODES,
      batches: [past([BOTH[0]!, { name: 'node-2', state: 'Skipped', reason: 'AlreadyDone' }])],
    });
    expect(status.counts).toMatchObject({ succeeded: 2, skipped: 0 });
  });

  it('keep the last batch, agent and index once nothing else shows them', () => {
    const plan = { ...aPlan(), status: { batch: 'os-9999-7', agent: 'node-9', lastBatchIndex: 7 } };
    expect(statusOf({ plan })).toMatchObject({ batch: 'os-9999-7', agent: 'node-9', lastBatchIndex: 7 });
  });

  it('name the open batch and its agent', () => {
    expect(statusOf({ nodes: NODES, batches: OPEN, lease: aLease('node-2') })).toMatchObject({
      batch: 'os-aaaa-1',
      agent: 'node-2',
      lastBatchIndex: 1,
    });
  });
});
