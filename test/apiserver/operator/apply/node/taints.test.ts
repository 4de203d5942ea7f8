import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ANNOTATIONS } from '../../../../../src/api/names.ts';
import { ROLLED_BACK } from '../../../../../src/api/marks.ts';
import type { NodeFact } from '../../../../../src/core/facts.ts';
import { aTurn } from '../../../../unit/core/rollout/support/objects.ts';
import { startConnectedCluster, type ConnectedCluster } from '../../connected-cluster.ts';
import { DONE_MARK, fact, FAILED_TEST, MARK, NodeFixture, turnOf, why } from './node-fixture.ts';

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

const BACK = { ...MARK, revision: ROLLED_BACK, version: '12.8' };
const theirs = { key: 'dedicated', value: 'gpu', effect: 'NoSchedule' };

describe('The outdated mark of a Node', () => {
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

  it('is set once, and never replaces that of another plan', async () => {
    const node = await fixture.create();
    await mark(node, 'uid-of-another');
    await expect(mark(node)).rejects.toMatchObject(FAILED_TEST);
  });

  it('is removed by the patch that ends the turn', async () => {
    const after = await fixture.close(await fixture.claim(await mark(await createTainted([theirs]))), MARK);
    expect(after).toMatchObject({ claim: undefined, done: MARK, outdated: undefined, taints: 1 });
    expect(after.labels['baton.dev/outdated']).toBeUndefined();
  });

  it('is removed by a quarantine', async () => {
    const after = await fixture.quarantine(await fixture.claim(await mark(await fixture.create())));
    expect(after).toMatchObject({ failedTaint: true, outdated: undefined });
    expect(after.labels['baton.dev/outdated']).toBeUndefined();
  });

  it('is not removed when its taint has moved since the snapshot', async () => {
    const marked = await mark(await createTainted([theirs]));
    await expect(unmark({ ...marked, outdated: { planUid: 'uid-of-os', index: 0 } })).rejects.toMatchObject(FAILED_TEST);
    expect(await taintsNow()).toMatchObject({ taints: [theirs, { key: 'baton.dev/outdated' }] });
  });
});

describe('A quarantine', () => {
  const release = (node: NodeFact): Promise<NodeFact> => fixture.carryOut({ kind: 'EndQuarantine', node, why });

  it('ends the turn, keeps the Node cordoned, adds a taint, and removes the done-mark of an earlier revision', async () => {
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

  it('restores the Node when it ends', async () => {
    const node = await fixture.create({}, { taints: [theirs] });
    const after = await release(await fixture.quarantine(await fixture.claim(node)));
    expect(after).toMatchObject({ quarantine: undefined, failedTaint: false, unschedulable: false });
    expect(JSON.stringify((await fixture.stored())['spec'])).toContain('dedicated');
  });

  it('leaves a Node cordoned that was cordoned before its turn', async () => {
    const after = await release(await fixture.quarantine(await fixture.claim(await fixture.create({}, { unschedulable: true }))));
    expect(after).toMatchObject({ quarantine: undefined, failedTaint: false, unschedulable: true });
  });

  it('is rejected a second time, and so is its end', async () => {
    const claimed = await fixture.claim(await fixture.create());
    const quarantined = await fixture.quarantine(claimed);
    await expect(fixture.quarantine(claimed)).rejects.toMatchObject(FAILED_TEST);
    await release(quarantined);
    await expect(release(quarantined)).rejects.toMatchObject(FAILED_TEST);
  });
});

describe('The end of a turn in which a quarantined Node was rolled back', () => {
  const bringBack = (node: NodeFact): Promise<NodeFact> =>
    fixture.carryOut({ kind: 'CloseTurn', node, done: BACK, endQuarantine: true, why });
  /** A Node whose turn failed, and which has another one by a rollback. */
  async function inSecondTurn(spec: object = {}): Promise<NodeFact> {
    const quarantined = await fixture.quarantine(await fixture.claim(await fixture.create({}, { taints: [theirs], ...spec })));
    const { before } = turnOf(quarantined);
    const unschedulable = quarantined.quarantine?.unschedulableBefore === true;
    const turn = aTurn('os-aaaa-2', { before: { ...before, unschedulable } });
    return fixture.carryOut({ kind: 'OpenTurn', node: quarantined, turn, cordon: true, why });
  }

  it('ends the quarantine in the same patch, uncordons, keeps the taints of others, and sets the done-mark', async () => {
    const turn = await inSecondTurn();
    expect(turn).toMatchObject({ claim: 'uid-of-os', quarantine: { plan: 'os' }, failedTaint: true, unschedulable: true });
    expect(await bringBack(turn)).toMatchObject({
      ...{ claim: undefined, turn: undefined, quarantine: undefined, failedTaint: false, unschedulable: false },
      ...{ done: BACK, kept: [] },
    });
    const { taints } = (await fixture.stored())['spec'] as { readonly taints: readonly object[] };
    expect(taints).toContainEqual(theirs);
  });

  it('leaves a Node cordoned that was cordoned before it failed', async () => {
    expect(await bringBack(await inSecondTurn({ unschedulable: true }))).toMatchObject({
      ...{ claim: undefined, quarantine: undefined, failedTaint: false, unschedulable: true },
    });
  });

  it('keeps the quarantine and the cordon when nothing was rolled back', async () => {
    expect(await fixture.close(await inSecondTurn())).toMatchObject({
      ...{ claim: undefined, quarantine: { plan: 'os' }, failedTaint: true, unschedulable: true },
    });
  });

  it('keeps a taint that was added after the snapshot', async () => {
    const turn = await inSecondTurn();
    const { taints } = (await fixture.stored())['spec'] as { readonly taints: readonly object[] };
    await fixture.merge({ spec: { taints: [...taints, { key: 'new', effect: 'NoSchedule' }] } });
    await bringBack(turn);
    expect((await fixture.stored())['spec']).toMatchObject({
      taints: expect.arrayContaining([theirs, { key: 'new', effect: 'NoSchedule' }]),
    });
  });

  it('is rejected a second time, and when somebody has released the Node meanwhile', async () => {
    const turn = await inSecondTurn();
    await fixture.merge({ metadata: { annotations: { [ANNOTATIONS.quarantine]: null } } });
    await expect(bringBack(turn)).rejects.toMatchObject(FAILED_TEST);
    await fixture.close(fact(await fixture.stored()), BACK);
    await expect(bringBack(turn)).rejects.toMatchObject(FAILED_TEST);
  });
});
