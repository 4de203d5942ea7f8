import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { NodeFact } from '../../../../../src/core/facts.ts';
import { aTurn } from '../../../../unit/core/rollout/support/objects.ts';
import { startConnectedCluster, type ConnectedCluster } from '../../connected-cluster.ts';
import { DONE_MARK, fact, FAILED_TEST, MARK, NodeFixture, turnOf, why } from './node-fixture.ts';

let connected: ConnectedCluster;
let fixture: NodeFixture;
let serial = 0;

beforeAll(async () => {
  connected = await startConnectedCluster('node-patches');
}, 120_000);
afterAll(() => connected.close(), 60_000);
beforeEach(() => {
  serial += 1;
  fixture = new NodeFixture(connected.client, `node-${serial}`);
});

describe('A claim', () => {
  it('cordons the Node, records the turn, and keeps autoscalers away', async () => {
    const node = await fixture.create();
    expect(await fixture.claim(node)).toMatchObject({
      claim: 'uid-of-os',
      turn: turnOf(node),
      unschedulable: true,
      kept: expect.arrayContaining(['karpenter.sh/do-not-disrupt', 'cluster-autoscaler.kubernetes.io/scale-down-disabled']),
    });
  });

  it('works for a Node without labels and annotations', async () => {
    expect(await fixture.claim(await fixture.create({ labels: {} }))).toMatchObject({ claim: 'uid-of-os', unschedulable: true });
  });

  it('is rejected for a second plan', async () => {
    const node = await fixture.create();
    await fixture.claim(node);
    await expect(fixture.claim(node, 'uid-of-another')).rejects.toMatchObject(FAILED_TEST);
    expect(fact(await fixture.stored()).claim).toBe('uid-of-os');
  });

  it('is rejected when the Node was cordoned after the snapshot', async () => {
    const node = await fixture.create();
    await fixture.merge({ spec: { unschedulable: true } });
    await expect(fixture.claim(node)).rejects.toMatchObject(FAILED_TEST);
  });

  it('is rejected when the Node was recreated under its name', async () => {
    const node = await fixture.create();
    await fixture.remove();
    await fixture.create();
    await expect(fixture.claim(node)).rejects.toMatchObject(FAILED_TEST);
  });

  it('is rejected when annotations that it would overwrite were added after the snapshot', async () => {
    const node = { ...(await fixture.create({ annotations: { theirs: 'kept' } })), annotated: false };
    await expect(fixture.claim(node)).rejects.toMatchObject(FAILED_TEST);
  });
});

describe('A cordon in mid-turn', () => {
  const uncordon = async (): Promise<NodeFact> => await fixture.merge({ spec: { unschedulable: null } });
  const again = (node: NodeFact): Promise<NodeFact> => fixture.carryOut({ kind: 'Cordon', node, turn: turnOf(node), why });

  it('cordons a Node that somebody uncordoned, and leaves it schedulable after its turn', async () => {
    await fixture.claim(await fixture.create({}, { unschedulable: true }));
    const cordoned = await again(await uncordon());
    expect(cordoned).toMatchObject({ claim: 'uid-of-os', unschedulable: true, turn: { before: { unschedulable: false } } });
    expect(await fixture.close(cordoned)).toMatchObject({ claim: undefined, unschedulable: false });
  });

  it('is rejected when anything of the Node has changed after the snapshot', async () => {
    await fixture.claim(await fixture.create());
    const node = await uncordon();
    await fixture.merge({ metadata: { labels: { theirs: 'new' } } });
    await expect(again(node)).rejects.toMatchObject(FAILED_TEST);
  });

  it('is rejected once the turn of the Node has ended', async () => {
    const node = await fixture.create();
    await expect(again(node)).rejects.toMatchObject(FAILED_TEST);
  });
});

describe('A release', () => {
  it('restores the earlier state, and sets the done-mark', async () => {
    const node = await fixture.create({ annotations: { theirs: 'kept' } });
    const after = await fixture.close(await fixture.claim(node), MARK);
    expect(after).toMatchObject({ claim: undefined, turn: undefined, unschedulable: false, kept: [], done: MARK });
    const stored = await fixture.stored();
    expect(stored.metadata.annotations).toEqual({ theirs: 'kept', [DONE_MARK]: JSON.stringify(MARK) });
    expect(stored['spec']).not.toHaveProperty('unschedulable');
  });

  it('leaves a Node cordoned that was cordoned before its turn', async () => {
    const node = await fixture.create({}, { unschedulable: true });
    expect(await fixture.close(await fixture.claim(node), MARK)).toMatchObject({ claim: undefined, unschedulable: true });
  });

  it('leaves annotations for autoscalers that were there before', async () => {
    const node = await fixture.create({ annotations: { 'karpenter.sh/do-not-disrupt': 'true' } });
    expect((await fixture.close(await fixture.claim(node))).kept).toEqual(['karpenter.sh/do-not-disrupt']);
  });

  it('leaves the done-mark of an earlier revision when the upgrade had not begun', async () => {
    const node = await fixture.create({ annotations: { [DONE_MARK]: JSON.stringify(MARK) } });
    expect((await fixture.close(await fixture.claim(node))).done).toEqual(MARK);
  });

  it('removes the done-mark of an earlier revision when the upgrade had begun', async () => {
    const claimed = await fixture.claim(await fixture.create({ annotations: { [DONE_MARK]: JSON.stringify(MARK) } }));
    expect(
      (await fixture.carryOut({ kind: 'CloseTurn', node: claimed, done: undefined, forget: true, why })).done,
    ).toBeUndefined();
    fixture.name = `${fixture.name}-without`;
    const without = await fixture.claim(await fixture.create());
    expect(await fixture.carryOut({ kind: 'CloseTurn', node: without, done: undefined, forget: true, why })).toMatchObject({
      claim: undefined,
    });
  });

  it('is rejected a second time, and for a plan without a claim', async () => {
    const claimed = await fixture.claim(await fixture.create());
    await expect(
      fixture.carryOut({ kind: 'CloseTurn', node: claimed, done: undefined, why }, 'uid-of-another'),
    ).rejects.toMatchObject(FAILED_TEST);
    await fixture.close(claimed);
    await expect(fixture.close(claimed)).rejects.toMatchObject(FAILED_TEST);
  });

  it('is rejected when somebody uncordoned the Node after the snapshot, and accepted with a new snapshot', async () => {
    const claimed = await fixture.claim(await fixture.create());
    const seen = await fixture.merge({ spec: { unschedulable: null } });
    await expect(fixture.close(claimed)).rejects.toMatchObject(FAILED_TEST);
    expect(await fixture.close(seen)).toMatchObject({ claim: undefined, unschedulable: false });
  });
});

describe('Another attempt', () => {
  it('is recorded in the turn, and never returns to an earlier one', async () => {
    const claimed = await fixture.claim(await fixture.create());
    const second = { ...aTurn(), attempt: 2, retried: 'os' };
    const third = { ...second, attempt: 3 };
    expect((await fixture.carryOut({ kind: 'RetryTurn', node: claimed, turn: second, why })).turn).toEqual(second);
    expect((await fixture.carryOut({ kind: 'RetryTurn', node: claimed, turn: third, why })).turn).toEqual(third);
    const stale = { kind: 'RetryTurn', node: claimed, turn: second, why } as const;
    await fixture.carryOut(stale).catch(() => undefined);
    expect(fact(await fixture.stored()).turn).toEqual(third);
  });

  it('is rejected for a plan without a claim', async () => {
    const claimed = await fixture.claim(await fixture.create());
    const retry = { kind: 'RetryTurn', node: claimed, turn: { ...aTurn(), attempt: 2, retried: 'os' }, why } as const;
    await expect(fixture.carryOut(retry, 'uid-of-another')).rejects.toMatchObject(FAILED_TEST);
  });
});
