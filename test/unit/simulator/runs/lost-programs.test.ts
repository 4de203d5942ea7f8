import { describe, expect, it, jest } from '@jest/globals';
import { stringify } from 'yaml';
import type { NodeRecord, UpgradeBatch } from '../../../../src/api/generated/upgradebatch.ts';
import { LABELS } from '../../../../src/api/names.ts';
import type { KubeObject } from '../../../../src/kube/kube-object.ts';
import type { RunningOperator } from '../../../../src/simulator/simulation.ts';
import { budgetManifest, replicaSetManifest } from './support/applications.ts';
import { has } from './support/has-condition.ts';
import { planYaml, Stage } from './support/stage.ts';

jest.setTimeout(120_000);

const SECOND = 1000;
const NODES = '/api/v1/nodes';
const JOBS = '/apis/batch/v1/jobs';
const BATCHES = '/apis/baton.dev/v1alpha1/upgradebatches';
const LEASES = '/apis/coordination.k8s.io/v1/leases';
/** How long an operator is away (ms). */
const AWAY_MS = 8 * SECOND;

/** Calls back with each state of the objects of a resource, inside of the write that leads to it. */
function observe(stage: Stage, path: string, look: (object: KubeObject) => void): void {
  stage.simulation.client.watch(path, (type, object) => {
    if (type !== 'DELETED') look(object);
  });
}

function hasReceipt(batch: KubeObject): boolean {
  const { status } = batch as unknown as UpgradeBatch;
  return (status?.notification?.receipts ?? []).length > 0;
}

function isClaimed({ metadata }: KubeObject): boolean {
  return metadata.labels?.[LABELS.claim] !== undefined;
}

/** A moment at which the operator dies: it has made a write, and does not live to see the answer. */
interface Moment {
  readonly name: string;
  /** The resource that is written. */
  readonly path: string;
  /** Returns what tells whether an object is then as the moment says. */
  readonly recognize: () => (object: KubeObject) => boolean;
}

const MOMENTS: readonly Moment[] = [
  { name: 'the claim', path: NODES, recognize: () => isClaimed },
  { name: "the Job's creation", path: JOBS, recognize: () => () => true },
  { name: 'Settled', path: BATCHES, recognize: () => (batch) => has(batch as unknown as UpgradeBatch, 'Settled') },
  { name: 'the receipt copied', path: BATCHES, recognize: () => hasReceipt },
  {
    name: 'the release',
    path: NODES,
    recognize: () => {
      const claimed = new Set<string>();
      return (node) => {
        const { name = '' } = node.metadata;
        if (isClaimed(node)) claimed.add(name);
        return !isClaimed(node) && claimed.has(name);
      };
    },
  },
];

/** Kills the operator that runs, and starts another one after some time. */
function killOperator(stage: Stage, { process }: RunningOperator = stage.operator): void {
  process.kill();
  stage.simulation.time.setTimer(AWAY_MS, () => stage.simulation.startOperator());
}

describe('An operator that is killed and started again', () => {
  it.each(MOMENTS)('ends the run the same when it dies at $name', async ({ path, recognize }) => {
    const ran: string[] = [];
    const stage = await Stage.open({
      hosts: 3,
      upgrades: ({ host }) => {
        ran.push(host);
        return { kind: 'Succeeds', ms: 10 * SECOND };
      },
    });
    let jobs = 0;
    let kills = 0;
    stage.simulation.client.watch(JOBS, (type) => {
      if (type === 'ADDED') jobs += 1;
    });
    const isReached = recognize();
    observe(stage, path, (object) => {
      if (!isReached(object) || kills > 0) return;
      kills += 1;
      killOperator(stage);
    });

    stage.apply(planYaml('maxUnavailable: 2\nbatches: [{size: 1}, {size: 2}]'));
    await stage.until('the rollout succeeds, and is reported', () => {
      const batches = stage.batches();
      return stage.plan().status?.summary === 'Succeeded' && batches.every((batch) => has(batch, 'Notified'));
    });
    await stage.pass(30 * SECOND);

    const batches = stage.batches();
    expect(kills).toBe(1);
    expect(batches.map(({ status }) => status?.nodes?.map(({ state }) => state))).toEqual([
      ['Succeeded'],
      ['Succeeded', 'Succeeded'],
    ]);
    expect(jobs).toBe(3);
    expect(ran.toSorted()).toEqual(['node-1', 'node-2', 'node-3']);
    expect(stage.notifications().map(({ id }) => id)).toEqual(batches.map(({ metadata }) => `${metadata.uid}/1`));
    expect(stage.claimed()).toEqual([]);
    expect(stage.simulation.nodesDown()).toBe(0);
    expect(stage.simulation.failures).toEqual([]);
  });
});

/** A Pod that its budget never lets go. */
const GUARDED = { name: 'guarded', node: 'node-1' };

/** A wait of 20 s. */
interface Wait {
  readonly name: string;
  /** Fields of the plan's spec. */
  readonly spec: string;
  /** When it has begun, RFC 3339. */
  readonly beganAt: (record: NodeRecord) => string | undefined;
  readonly reason: string;
}

const TEMPLATE = "{spec: {restartPolicy: Never, containers: [{name: upgrade, image: 'registry.example/os:1'}]}}";
const WAITS: readonly Wait[] = [
  {
    name: 'a drain',
    spec: 'drain: {timeoutSeconds: 20}',
    beganAt: ({ drain, startTime }) => (drain === undefined ? undefined : startTime),
    reason: 'DrainTimeout',
  },
  {
    name: 'verify',
    spec: `processes: [{name: os, disruption: None, verify: {nodeLabels: {bmc: '*'}, stableSeconds: 15, timeoutSeconds: 20}, job: {template: ${TEMPLATE}}}]`,
    beganAt: ({ processes: [process] = [] }) => (process?.verifyDeadlineTime === undefined ? undefined : process.endTime),
    reason: 'VerifyFailed',
  },
];

describe('An operator that is killed in the middle of a wait of 20 s', () => {
  it.each(WAITS)('goes on with $name, and its time does not start from zero', async ({ spec, beganAt, reason }) => {
    const stage = await Stage.open({ hosts: 1 });
    const { client, time } = stage.simulation;
    // The label that the upgrade brings does not stay.
    observe(stage, NODES, ({ metadata }) => {
      if (metadata.labels?.['bmc'] === undefined) return;
      time.setTimer(SECOND, () => client.mergePatch(`${NODES}/node-1`, { metadata: { labels: { bmc: null } } }));
    });
    for (const object of [replicaSetManifest(GUARDED), budgetManifest(GUARDED)]) stage.apply(stringify(object));
    await stage.pass(15 * SECOND);
    stage.apply(planYaml(`failure: {failedNodes: Uncordon}\n${spec}`));
    const began = (): string | undefined => {
      const record = stage.record('node-1');
      return record === undefined ? undefined : beganAt(record);
    };
    await stage.until('the wait begins', () => began() !== undefined);
    const since = began() ?? '';
    await stage.pass(5 * SECOND);

    killOperator(stage);
    await stage.until('the wait ends', () => stage.record('node-1')?.state === 'Failed');

    const failed = stage.record('node-1');
    const waited = (Date.parse(failed?.endTime ?? '') - Date.parse(since)) / SECOND;
    expect(failed?.reason).toBe(reason);
    expect(waited).toBeGreaterThanOrEqual(20);
    // From zero it would be 33 s.
    expect(waited).toBeLessThan(25);
    await stage.until('the node is back in service', () => stage.claimed().length === 0 && stage.simulation.nodesDown() === 0);
  });
});

describe('A holder whose kubelet and agent die in the middle of its batch', () => {
  it('loses the baton to another node, and the batch is reported once', async () => {
    const stage = await Stage.open({ hosts: 6 });
    const { simulation } = stage;
    const lease = (): KubeObject | undefined => stage.list(LEASES).find(({ metadata }) => metadata.name === 'os-agent');
    const holder = (): string => (lease()?.['spec'] as { readonly holderIdentity?: string } | undefined)?.holderIdentity ?? '';
    // The lost node must not use up the whole allowance, or nothing would go on before it is back.
    stage.apply(
      planYaml(
        `maxUnavailable: 2\nbatches: [{size: 4}, {size: 2}]\nprocesses: [{name: os, disruption: None, job: {template: ${TEMPLATE}}}]`,
      ),
    );
    await stage.until('a node has the baton, and is being upgraded', () => {
      return holder() !== '' && stage.batches()[0]?.status?.nodes?.some(({ state }) => state === 'Upgrading') === true;
    });
    await stage.pass(20 * SECOND);
    const lost = holder();

    const killedAt = simulation.time.now();
    simulation.hosts.stopKubelet(lost);
    const agents = simulation.running.filter((name) => name.startsWith(`agent/${lost}/`));
    expect(agents.map((name) => simulation.killProgram(name))).toEqual([true]);
    await stage.until(`the baton leaves ${lost}`, () => holder() !== '' && holder() !== lost);
    const seconds = (simulation.time.now() - killedAt) / SECOND;
    simulation.hosts.startKubelet(lost);
    await stage.until('the rollout succeeds, and is reported', () => {
      return stage.plan().status?.summary === 'Succeeded' && stage.batches().every((batch) => has(batch, 'Notified'));
    });
    await stage.pass(30 * SECOND);

    // The Lease lasts 15 s; one that only counts how long the agent takes to start would need a minute.
    expect(seconds).toBeLessThan(30);
    const sent = simulation.messages.filter(({ notification }) => notification !== undefined);
    expect(sent.map(({ notification }) => notification?.id)).toEqual(stage.batches().map(({ metadata }) => `${metadata.uid}/1`));
    expect(sent[0]?.node).not.toBe(lost);
    expect(stage.claimed()).toEqual([]);
  });
});
