import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { NodeFact } from '../../../src/core/facts.ts';
import { createKubeClient, type KubeClient, type KubeObject } from '../../../src/kube/client.ts';
import { loadKubeConfig, type PooledKubeConfig } from '../../../src/kube/pooled-kube-config.ts';
import type { NodeCommand } from '../../../src/core/rollout/command.ts';
import { applyToNode } from '../../../src/operator/apply-node.ts';
import { doneMarkOf } from '../../../src/operator/plan-key.ts';
import { projectNode } from '../../../src/operator/project.ts';
import { RecordingLog } from '../../adapter/kube/support/recording-log.ts';
import { startCluster, type Cluster } from '../../cluster/cluster.ts';
import { aQuarantine, aTurn, hash } from '../../core/rollout/support/objects.ts';

const KEY = 'fleet/os';
const DONE_MARK = doneMarkOf(KEY, hash);
const MARK = { revision: 'aaaa1111', version: '12.9', batch: 'os-aaaa-1', time: '2026-11-22T08:00:00Z' };

let cluster: Cluster;
let kubeConfig: PooledKubeConfig;
let client: KubeClient;
/** The Node of a test, with a name of its own. */
let name: string;
let serial = 0;

beforeAll(async () => {
  cluster = await startCluster({ name: 'core-tests', controlPlaneOnly: true });
  kubeConfig = loadKubeConfig({ kubeconfigPath: cluster.kubeconfigPath });
  const sleep = async (ms: number, signal?: AbortSignal): Promise<void> => {
    await wait(ms, undefined, signal === undefined ? {} : { signal });
  };
  const log = new RecordingLog();
  client = createKubeClient({ kubeConfig, userAgent: 'baton-test/1', log, now: Date.now, random: Math.random, sleep });
}, 120_000);

afterAll(async () => {
  await kubeConfig.close();
  await cluster.stop();
}, 60_000);

beforeEach(() => {
  serial += 1;
  name = `node-${serial}`;
});

async function create(metadata: object = {}, spec: object = {}): Promise<NodeFact> {
  const labels = { 'kubernetes.io/hostname': name };
  return fact(
    await client.create<KubeObject>('/api/v1/nodes', {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name, labels, ...metadata },
      spec,
    }),
  );
}

function fact(node: KubeObject): NodeFact {
  return projectNode(node, DONE_MARK);
}

/** Carries a command out for the plan `os`, or another; gives the Node as it is then. */
async function carryOut(command: NodeCommand, plan = 'uid-of-os'): Promise<NodeFact> {
  const observed: KubeObject[] = [];
  const writer = { client, hash, observe: (node: KubeObject) => void observed.push(node) };
  await applyToNode(writer, { key: KEY, uid: plan }, command);
  return fact(observed[0]!);
}

const why = 'a test';
const turnOf = (node: NodeFact): ReturnType<typeof aTurn> =>
  aTurn('os-aaaa-1', { before: { unschedulable: node.unschedulable, bootId: 'boot-1', kept: node.kept } });
const claim = (node: NodeFact, plan?: string): Promise<NodeFact> =>
  carryOut({ kind: 'OpenTurn', node, turn: turnOf(node), cordon: true, why }, plan);
const close = (node: NodeFact, done?: typeof MARK): Promise<NodeFact> => carryOut({ kind: 'CloseTurn', node, done, why });
const quarantine = (node: NodeFact): Promise<NodeFact> =>
  carryOut({
    kind: 'Quarantine',
    node,
    quarantine: aQuarantine({ unschedulableBefore: node.turn?.before.unschedulable ?? false }),
    why,
  });
const release = (node: NodeFact): Promise<NodeFact> => carryOut({ kind: 'EndQuarantine', node, why });

const FAILED_TEST = { code: 422, reason: 'Invalid' };

describe('A claim', () => {
  it('cordons, says whose turn it is, and keeps autoscalers away', async () => {
    const node = await create();
    expect(await claim(node)).toMatchObject({
      claim: 'uid-of-os',
      turn: turnOf(node),
      unschedulable: true,
      kept: expect.arrayContaining(['karpenter.sh/do-not-disrupt', 'cluster-autoscaler.kubernetes.io/scale-down-disabled']),
    });
  });

  it('is taken for a Node without any label or annotation', async () => {
    expect(await claim(await create({ labels: {} }))).toMatchObject({ claim: 'uid-of-os', unschedulable: true });
  });

  it('is refused for the second claimant', async () => {
    const node = await create();
    await claim(node);
    await expect(claim(node, 'uid-of-another')).rejects.toMatchObject(FAILED_TEST);
    expect(fact(await client.get<KubeObject>(`/api/v1/nodes/${name}`)).claim).toBe('uid-of-os');
  });

  it('is refused when the Node was cordoned since it was looked at', async () => {
    const node = await create();
    await client.mergePatch(`/api/v1/nodes/${name}`, { spec: { unschedulable: true } });
    await expect(claim(node)).rejects.toMatchObject(FAILED_TEST);
  });

  it('is refused when another Node has the name', async () => {
    const node = await create();
    await client.delete(`/api/v1/nodes/${name}`);
    await create();
    await expect(claim(node)).rejects.toMatchObject(FAILED_TEST);
  });

  it('is refused rather than lose annotations that came since the Node was looked at', async () => {
    const node = { ...(await create({ annotations: { theirs: 'kept' } })), annotated: false };
    await expect(claim(node)).rejects.toMatchObject(FAILED_TEST);
  });
});

describe('A cordon in mid-turn', () => {
  const uncordon = async (): Promise<NodeFact> =>
    fact(await client.mergePatch<KubeObject>(`/api/v1/nodes/${name}`, { spec: { unschedulable: null } }));
  const again = (node: NodeFact): Promise<NodeFact> => carryOut({ kind: 'Cordon', node, turn: turnOf(node), why });

  it('cordons again a Node that somebody uncordoned, and leaves it schedulable after its turn', async () => {
    await claim(await create({}, { unschedulable: true }));
    const cordoned = await again(await uncordon());
    expect(cordoned).toMatchObject({ claim: 'uid-of-os', unschedulable: true, turn: { before: { unschedulable: false } } });
    expect(await close(cordoned)).toMatchObject({ claim: undefined, unschedulable: false });
  });

  it('is refused when anything of the Node has changed since it was looked at', async () => {
    await claim(await create());
    const node = await uncordon();
    await client.mergePatch(`/api/v1/nodes/${name}`, { metadata: { labels: { theirs: 'new' } } });
    await expect(again(node)).rejects.toMatchObject(FAILED_TEST);
  });

  it('is refused once the Node is not in its turn', async () => {
    const node = await create();
    await expect(again(node)).rejects.toMatchObject(FAILED_TEST);
  });
});

describe('The mark of a Node that is still to do', () => {
  const mark = (node: NodeFact, plan?: string): Promise<NodeFact> => carryOut({ kind: 'MarkOutdated', node, why }, plan);
  const unmark = (node: NodeFact): Promise<NodeFact> => carryOut({ kind: 'UnmarkOutdated', node, why });
  const theirs = { key: 'dedicated', value: 'gpu', effect: 'NoSchedule' };
  const taintsNow = async (): Promise<unknown> => (await client.get<KubeObject>(`/api/v1/nodes/${name}`))['spec'];

  /** The API server itself taints a new Node as not ready. */
  async function createTainted(taints: readonly object[]): Promise<NodeFact> {
    await create();
    return fact(await client.mergePatch<KubeObject>(`/api/v1/nodes/${name}`, { spec: { taints } }));
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
    const node = await create();
    await mark(node, 'uid-of-another');
    await expect(mark(node)).rejects.toMatchObject(FAILED_TEST);
  });

  it('goes with the end of the turn, in the same patch', async () => {
    const after = await close(await claim(await mark(await createTainted([theirs]))), MARK);
    expect(after).toMatchObject({ claim: undefined, done: MARK, outdated: undefined, taints: 1 });
    expect(after.labels['baton.dev/outdated']).toBeUndefined();
  });

  it('goes with a quarantine', async () => {
    const after = await quarantine(await claim(await mark(await create())));
    expect(after).toMatchObject({ failedTaint: true, outdated: undefined });
    expect(after.labels['baton.dev/outdated']).toBeUndefined();
  });

  it('is left alone when its place among the taints is another one by now', async () => {
    const marked = await mark(await createTainted([theirs]));
    await expect(unmark({ ...marked, outdated: { planUid: 'uid-of-os', index: 0 } })).rejects.toMatchObject(FAILED_TEST);
    expect(await taintsNow()).toMatchObject({ taints: [theirs, { key: 'baton.dev/outdated' }] });
  });
});

describe('A release', () => {
  it('restores what was before, and leaves the mark', async () => {
    const node = await create({ annotations: { theirs: 'kept' } });
    const after = await close(await claim(node), MARK);
    expect(after).toMatchObject({ claim: undefined, turn: undefined, unschedulable: false, kept: [], done: MARK });
    const stored = await client.get<KubeObject>(`/api/v1/nodes/${name}`);
    expect(stored.metadata.annotations).toEqual({ theirs: 'kept', [DONE_MARK]: JSON.stringify(MARK) });
    expect(stored['spec']).not.toHaveProperty('unschedulable');
  });

  it('leaves a Node cordoned that was cordoned before', async () => {
    const node = await create({}, { unschedulable: true });
    expect(await close(await claim(node), MARK)).toMatchObject({ claim: undefined, unschedulable: true });
  });

  it('leaves the annotations of autoscalers that were there before', async () => {
    const node = await create({ annotations: { 'karpenter.sh/do-not-disrupt': 'true' } });
    expect((await close(await claim(node))).kept).toEqual(['karpenter.sh/do-not-disrupt']);
  });

  it('leaves the mark of an earlier revision when nothing was done', async () => {
    const node = await create({ annotations: { [DONE_MARK]: JSON.stringify(MARK) } });
    expect((await close(await claim(node))).done).toEqual(MARK);
  });

  it('forgets the mark of an earlier revision when the upgrade had begun', async () => {
    const claimed = await claim(await create({ annotations: { [DONE_MARK]: JSON.stringify(MARK) } }));
    expect((await carryOut({ kind: 'CloseTurn', node: claimed, done: undefined, forget: true, why })).done).toBeUndefined();
    name = `${name}-without`;
    const without = await claim(await create());
    expect(await carryOut({ kind: 'CloseTurn', node: without, done: undefined, forget: true, why })).toMatchObject({
      claim: undefined,
    });
  });

  it('is refused a second time, and for a plan that has no claim', async () => {
    const claimed = await claim(await create());
    await expect(carryOut({ kind: 'CloseTurn', node: claimed, done: undefined, why }, 'uid-of-another')).rejects.toMatchObject(
      FAILED_TEST,
    );
    await close(claimed);
    await expect(close(claimed)).rejects.toMatchObject(FAILED_TEST);
  });

  it('is refused when somebody uncordoned the Node since it was looked at, and goes through with what is seen then', async () => {
    const claimed = await claim(await create());
    const seen = fact(await client.mergePatch<KubeObject>(`/api/v1/nodes/${name}`, { spec: { unschedulable: null } }));
    await expect(close(claimed)).rejects.toMatchObject(FAILED_TEST);
    expect(await close(seen)).toMatchObject({ claim: undefined, unschedulable: false });
  });
});

describe('Another attempt', () => {
  it('is written into the turn, and never goes back to an earlier one', async () => {
    const claimed = await claim(await create());
    const second = { ...aTurn(), attempt: 2, retried: 'os' };
    const third = { ...second, attempt: 3 };
    expect((await carryOut({ kind: 'RetryTurn', node: claimed, turn: second, why })).turn).toEqual(second);
    expect((await carryOut({ kind: 'RetryTurn', node: claimed, turn: third, why })).turn).toEqual(third);
    const stale = { kind: 'RetryTurn', node: claimed, turn: second, why } as const;
    await carryOut(stale).catch(() => undefined);
    expect(fact(await client.get<KubeObject>(`/api/v1/nodes/${name}`)).turn).toEqual(third);
  });

  it('is refused for a plan that has no claim', async () => {
    const claimed = await claim(await create());
    const retry = { kind: 'RetryTurn', node: claimed, turn: { ...aTurn(), attempt: 2, retried: 'os' }, why } as const;
    await expect(carryOut(retry, 'uid-of-another')).rejects.toMatchObject(FAILED_TEST);
  });
});

describe('A quarantine', () => {
  const theirs = { key: 'dedicated', value: 'gpu', effect: 'NoSchedule' };

  it('ends the turn, keeps the Node cordoned, taints it beside other taints, and forgets what was done before', async () => {
    const node = await create({ annotations: { [DONE_MARK]: JSON.stringify(MARK) } }, { taints: [theirs] });
    const after = await quarantine(await claim(node));
    expect(after).toMatchObject({
      claim: undefined,
      turn: undefined,
      unschedulable: true,
      failedTaint: true,
      done: undefined,
      kept: [],
    });
    expect(after.quarantine).toMatchObject({ plan: 'os', reason: 'JobFailed', unschedulableBefore: false });
    const { taints } = (await client.get<KubeObject>(`/api/v1/nodes/${name}`))['spec'] as { readonly taints: readonly object[] };
    expect(taints).toEqual(expect.arrayContaining([theirs, { key: 'baton.dev/failed', value: 'os', effect: 'NoSchedule' }]));
  });

  it('ends with the Node as it was before', async () => {
    const node = await create({}, { taints: [theirs] });
    const after = await release(await quarantine(await claim(node)));
    expect(after).toMatchObject({ quarantine: undefined, failedTaint: false, unschedulable: false });
    expect(JSON.stringify((await client.get<KubeObject>(`/api/v1/nodes/${name}`))['spec'])).toContain('dedicated');
  });

  it('ends with a Node cordoned that was cordoned before its turn', async () => {
    const after = await release(await quarantine(await claim(await create({}, { unschedulable: true }))));
    expect(after).toMatchObject({ quarantine: undefined, failedTaint: false, unschedulable: true });
  });

  it('is refused twice, and so is its end', async () => {
    const claimed = await claim(await create());
    const quarantined = await quarantine(claimed);
    await expect(quarantine(claimed)).rejects.toMatchObject(FAILED_TEST);
    await release(quarantined);
    await expect(release(quarantined)).rejects.toMatchObject(FAILED_TEST);
  });
});
