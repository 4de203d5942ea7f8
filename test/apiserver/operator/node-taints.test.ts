import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { NodeFact } from '../../../src/core/facts.ts';
import { startConnectedCluster, type ConnectedCluster } from './connected-cluster.ts';
import { DONE_MARK, FAILED_TEST, MARK, NodeFixture, why } from './node-fixture.ts';

let connected: ConnectedCluster;
let fixture: NodeFixture;
let serial = 0;

beforeAll(async () => {
  connected = await startConnectedCluster('node-taints');
}, 120_000);
afterAll(() => connected.close(), 60_000);
beforeEach(() => {
  serial += 1;
  fixture = new NodeFixture(connected.client, `node-${serial}`);
});

const theirs = { key: 'dedicated', value: 'gpu', effect: 'NoSchedule' };

describe('The mark of a Node that is still to do', () => {
  const mark = (node: NodeFact, plan?: string): Promise<NodeFact> => fixture.carryOut({ kind: 'MarkOutdated', node, why }, plan);
  const unmark = (node: NodeFact): Promise<NodeFact> => fixture.carryOut({ kind: 'UnmarkOutdated', node, why });
  const taintsNow = async (): Promise<unknown> => (await fixture.stored())['spec'];

  /** The API server itself taints a new Node as not ready. */
  async function createTainted(taints: readonly object[]): Promise<NodeFact> {
    await fixture.create();
    return await fixture.merge({ spec: { taints } });
  }

  it.each([
    ['without any taint', [], 0],
    ['with a taint of others', [theirs], 1],
  ])('is set and taken away on one %s', async (_, taints, index) => {
    const marked = await mark(await createTainted(taints));
    expect(marked).toMatchObject({ outdated: { planUid: 'uid-of-os', index }, taints: index + 1 });
    expect(marked.labels['baton.dev/outdated']).toBe('uid-of-os');
    const unmarked = await unmark(marked);
    expect(unmarked).toMatchObject({ outdated: undefined, taints: index });
    expect(unmarked.labels['baton.dev/outdated']).toBeUndefined();
  });

  it('is set once, and not over that of another plan', async () => {
    const node = await fixture.create();
    await mark(node, 'uid-of-another');
    await expect(mark(node)).rejects.toMatchObject(FAILED_TEST);
  });

  it('goes with the end of the turn, in the same patch', async () => {
    const after = await fixture.close(await fixture.claim(await mark(await createTainted([theirs]))), MARK);
    expect(after).toMatchObject({ claim: undefined, done: MARK, outdated: undefined, taints: 1 });
    expect(after.labels['baton.dev/outdated']).toBeUndefined();
  });

  it('goes with a quarantine', async () => {
    const after = await fixture.quarantine(await fixture.claim(await mark(await fixture.create())));
    expect(after).toMatchObject({ failedTaint: true, outdated: undefined });
    expect(after.labels['baton.dev/outdated']).toBeUndefined();
  });

  it('is left alone when its place among the taints is another one by now', async () => {
    const marked = await mark(await createTainted([theirs]));
    await expect(unmark({ ...marked, outdated: { planUid: 'uid-of-os', index: 0 } })).rejects.toMatchObject(FAILED_TEST);
    expect(await taintsNow()).toMatchObject({ taints: [theirs, { key: 'baton.dev/outdated' }] });
  });
});

describe('A quarantine', () => {
  const release = (node: NodeFact): Promise<NodeFact> => fixture.carryOut({ kind: 'EndQuarantine', node, why });

  it('ends the turn, keeps the Node cordoned, taints it beside other taints, and forgets what was done before', async () => {
    const node = await fixture.create({ annotations: { [DONE_MARK]: JSON.stringify(MARK) } }, { taints: [theirs] });
    const after = await fixture.quarantine(await fixture.claim(node));
    expect(after).toMatchObject({
      claim: undefined,
      turn: undefined,
      unschedulable: true,
      failedTaint: true,
      done: undefined,
      kept: [],
    });
    expect(after.quarantine).toMatchObject({ plan: 'os', reason: 'JobFailed', unschedulableBefore: false });
    const { taints } = (await fixture.stored())['spec'] as { readonly taints: readonly object[] };
    expect(taints).toEqual(expect.arrayContaining([theirs, { key: 'baton.dev/failed', value: 'os', effect: 'NoSchedule' }]));
  });

  it('ends with the Node as it was before', async () => {
    const node = await fixture.create({}, { taints: [theirs] });
    const after = await release(await fixture.quarantine(await fixture.claim(node)));
    expect(after).toMatchObject({ quarantine: undefined, failedTaint: false, unschedulable: false });
    expect(JSON.stringify((await fixture.stored())['spec'])).toContain('dedicated');
  });

  it('ends with a Node cordoned that was cordoned before its turn', async () => {
    const after = await release(await fixture.quarantine(await fixture.claim(await fixture.create({}, { unschedulable: true }))));
    expect(after).toMatchObject({ quarantine: undefined, failedTaint: false, unschedulable: true });
  });

  it('is refused twice, and so is its end', async () => {
    const claimed = await fixture.claim(await fixture.create());
    const quarantined = await fixture.quarantine(claimed);
    await expect(fixture.quarantine(claimed)).rejects.toMatchObject(FAILED_TEST);
    await release(quarantined);
    await expect(release(quarantined)).rejects.toMatchObject(FAILED_TEST);
  });
});
