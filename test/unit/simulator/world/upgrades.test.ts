import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { COMPONENTS, LABELS, SOCKET_DIRECTORY, SOCKET_PATH } from '../../../../src/api/names.ts';
import { asObject, asObjects, type Json } from '../../../../src/core/json.ts';
import type { UpgradeBehavior, UpgradeContext } from '../../../../src/simulator/world/behavior.ts';
import { chooseByShares, chooseByTrouble } from '../../../../src/simulator/world/choose-behavior.ts';
import { Gates } from '../../../../src/simulator/world/gates.ts';
import { imagePulls } from '../../../../src/simulator/world/images.ts';
import { reportHosts } from '../../../../src/simulator/world/observed-hosts.ts';
import { workloads } from '../../../../src/simulator/world/workloads.ts';
import { aBatch } from '../../core/rollout/support/objects.ts';
import { container, SmallCluster } from '../support/small-cluster.ts';

const CRDS = ['upgradebatches', 'upgradeplans'].map((kind) =>
  readFileSync(new URL(`../../../../crds/${kind}.baton.dev.yaml`, import.meta.url), 'utf8'),
);
const BATCHES = '/apis/baton.dev/v1alpha1/namespaces/default/upgradebatches';
const EVENTS = '/apis/events.k8s.io/v1/namespaces/default/events';

let cluster: SmallCluster;
let gates: Gates;
let behavior: UpgradeBehavior;
let context: UpgradeContext | undefined;

function nodeInfo(): Json {
  return asObject(asObject(cluster.node()?.['status'])['nodeInfo']);
}

function reports(): readonly string[] {
  return cluster.client.list(EVENTS).map(({ reason }) => String(reason));
}

function createBatch({ verify, ...process }: Json = {}, spec: Json = {}): void {
  const batch = aBatch(['node-1']);
  const { resourceVersion: _version, uid: _uid, ...metadata } = batch.metadata as unknown as Json;
  const rules = { daemonSetsReady: false, stableSeconds: 0, timeoutSeconds: 600, ...asObject(verify) };
  const processes = batch.spec.processes.map((each) => ({
    ...each,
    ...process,
    ...(verify === undefined ? {} : { verify: rules }),
  }));
  const body = { ...batch, metadata: { ...metadata, namespace: 'default' }, spec: { ...batch.spec, processes, ...spec } };
  const outcome = cluster.client.create(BATCHES, body);
  if (!outcome.ok) throw new Error(outcome.message);
}

function createUpgradePod({ socket = false, checkpoint = '', process = 'os' } = {}): void {
  const env = {
    ...{
      BATON_NAMESPACE: 'default',
      BATON_BATCH: 'os-aaaa-1',
      BATON_PROCESS: process.replace('.verify', ''),
      BATON_NODE: 'node-1',
    },
    ...{ BATON_ATTEMPT: '1', BATON_CHECKPOINT: checkpoint },
  };
  cluster.createPod(
    {
      containers: [
        container({
          env: Object.entries(env).map(([name, value]) => ({ name, value })),
          ...(socket ? { volumeMounts: [{ name: 'socket', mountPath: SOCKET_DIRECTORY }] } : {}),
        }),
      ],
      ...(socket ? { volumes: [{ name: 'socket', hostPath: { path: SOCKET_DIRECTORY } }] } : {}),
    },
    { labels: { [LABELS.component]: COMPONENTS.upgrade, [LABELS.process]: process } },
  );
}

beforeEach(async () => {
  cluster = new SmallCluster(1, 'All', CRDS);
  const { client, hosts } = cluster;
  const { now, setTimer } = cluster.time;
  gates = new Gates(now);
  behavior = { kind: 'Succeeds', ms: 20_000 };
  context = undefined;
  cluster.program = workloads({
    ...{ seed: 1, client, hosts, now, setTimer, gates },
    choose: (chosen) => {
      context = chosen;
      return behavior;
    },
  });
  hosts.add({ name: 'node-1' });
  await cluster.after(30);
});

describe('An upgrade', () => {
  it('does what its `verify` asks for, once', async () => {
    createBatch({ verify: { kernelVersion: '$(BATON_VERSION)-*', nodeLabels: { bmc: '$(BATON_VERSION)' } } });
    createUpgradePod();
    await cluster.after(60);

    expect(cluster.podStatus()).toMatchObject({ phase: 'Succeeded' });
    expect(context).toMatchObject({ host: 'node-1', process: 'os', version: '12.9', disruption: 'Drain', attempt: 1 });
    expect(nodeInfo()).toMatchObject({ kernelVersion: '12.9-amd64' });
    expect(cluster.node()?.metadata.labels).toMatchObject({ bmc: '12.9' });
    expect(reportHosts(cluster.hosts)).toEqual([
      { name: 'node-1', nodeName: 'node-1', down: false, upgradedTo: '12.9', runs: [expect.objectContaining({ count: 1 })] },
    ]);
  });

  it('returns to the version that a rollback names for its node', async () => {
    createBatch(
      { verify: { kernelVersion: '$(BATON_VERSION)*' } },
      {
        rollback: { batch: 'os-aaaa-1', decidedTime: '2026-06-01T00:00:00Z' },
        nodes: [{ name: 'node-1', uid: 'u', processes: ['os'], fromVersion: '6.12.30-amd64' }],
      },
    );
    createUpgradePod();
    await cluster.after(60);

    expect(context).toMatchObject({ isRollback: true, version: '6.12.30-amd64' });
    expect(nodeInfo()).toMatchObject({ kernelVersion: '6.12.30-amd64' });
  });

  it.each<{ behavior: UpgradeBehavior; phase: string; exit: Json }>([
    { behavior: { kind: 'CannotStart' }, phase: 'Failed', exit: { exitCode: 128, reason: 'StartError' } },
    { behavior: { kind: 'Fails', ms: 5000 }, phase: 'Failed', exit: { exitCode: 1, message: 'no space left on device' } },
    { behavior: { kind: 'RunsOutOfMemory', ms: 5000 }, phase: 'Failed', exit: { exitCode: 137, reason: 'OOMKilled' } },
    {
      behavior: { kind: 'IsKilledWhenDone', ms: 5000, exitCode: 143 },
      phase: 'Failed',
      exit: { exitCode: 143, reason: 'Error' },
    },
  ])('can end as $behavior.kind', async ({ behavior: chosen, phase, exit }) => {
    behavior = chosen;
    createBatch();
    createUpgradePod();
    await cluster.after(40);

    expect(cluster.podStatus()).toMatchObject({ phase });
    expect(cluster.containerStatus()).toMatchObject({ state: { terminated: exit } });
  });

  it('hangs until it is told to end', async () => {
    behavior = { kind: 'Hangs' };
    createBatch();
    createUpgradePod();
    await cluster.after(3600);
    expect(cluster.podStatus()).toMatchObject({ phase: 'Running' });

    cluster.client.delete('/api/v1/namespaces/default/pods/pod');
    await cluster.after(10);
    expect(cluster.pod()).toBeUndefined();
  });

  it('loses its host for good', async () => {
    behavior = { kind: 'LosesHost', ms: 5000, downMs: undefined };
    createBatch();
    createUpgradePod();
    await cluster.after(3600);

    expect(cluster.podStatus()).toMatchObject({ phase: 'Running' });
    expect(reportHosts(cluster.hosts)).toMatchObject([{ down: true, upgradedTo: undefined }]);
  });
});

describe('An upgrade that reboots its host', () => {
  it.each([
    { end: 'Killed', phase: 'Failed', exit: { exitCode: 143 } },
    { end: 'Completed', phase: 'Succeeded', exit: { exitCode: 0 } },
    { end: 'Unseen', phase: 'Failed', exit: { exitCode: 255, reason: 'Unknown' } },
  ] as const)('announces it, and its Pod ends $end', async ({ end, phase, exit }) => {
    behavior = { kind: 'Reboots', ms: 5000, announced: true, end, downMs: 60_000 };
    createBatch({ verify: { kernelVersion: '$(BATON_VERSION)-*' } });
    const { bootID } = nodeInfo();
    createUpgradePod();
    await cluster.after(30);
    expect(reports()).toEqual(['UpgradeRebooting']);
    // The new kernel runs from the boot on.
    expect(nodeInfo()).toMatchObject({ bootID, kernelVersion: '6.12.30-amd64' });
    await cluster.after(90);

    expect(cluster.podStatus()).toMatchObject({ phase });
    expect(cluster.containerStatus()).toMatchObject({ state: { terminated: exit } });
    expect(nodeInfo()).toMatchObject({ kernelVersion: '12.9-amd64', bootID: expect.not.stringMatching(String(bootID)) });
    expect(cluster.started).toHaveLength(1);
  });

  it('does not reboot before its announcement is taken', async () => {
    behavior = { kind: 'Reboots', ms: 5000, announced: true, end: 'Killed', downMs: 60_000 };
    cluster.hosts.get('node-1')?.sockets.set(SOCKET_PATH, () => Promise.resolve({ status: 202, body: '' }));
    createBatch();
    createUpgradePod({ socket: true });
    await cluster.after(30);

    expect(cluster.containerStatus()).toMatchObject({
      state: { terminated: { exitCode: 1, message: 'the reboot could not be announced' } },
    });
    expect(cluster.nodeCondition('Ready')).toBe('True');
  });

  it('may find that it cannot, or that it need not', async () => {
    behavior = { kind: 'FailsToReboot', ms: 5000 };
    createBatch();
    createUpgradePod();
    await cluster.after(30);

    expect(reports().toSorted()).toEqual(['UpgradeFailed', 'UpgradeRebooting']);
    expect(cluster.podStatus()).toMatchObject({ phase: 'Failed' });
  });
});

describe('An upgrade with the socket of the reporter', () => {
  it('reports its progress and leaves checkpoints', async () => {
    const bodies: Json[] = [];
    cluster.hosts.get('node-1')?.sockets.set(SOCKET_PATH, ({ body = '' }) => {
      bodies.push(JSON.parse(body) as Json);
      return Promise.resolve({ status: 201, body: '' });
    });
    createBatch();
    createUpgradePod({ socket: true });
    await cluster.after(40);

    expect(bodies.map(({ reason, progress }) => [reason, progress])).toEqual([
      ['UpgradeStarted', undefined],
      ['UpgradeProgressing', 25],
      ['UpgradeProgressing', 50],
      ['UpgradeProgressing', 75],
    ]);
    expect(bodies.at(-1)).toMatchObject({ process: 'os', checkpoint: 'stage=75' });
    expect(reports()).toEqual([]);
  });

  it('resumes from the checkpoint of an earlier attempt', async () => {
    behavior = { kind: 'Succeeds', ms: 400_000 };
    createBatch();
    createUpgradePod({ socket: true, checkpoint: 'stage=75' });
    await cluster.after(90);
    expect(cluster.podStatus()).toMatchObject({ phase: 'Running' });
    await cluster.after(40);

    expect(cluster.podStatus()).toMatchObject({ phase: 'Succeeded' });
  });
});

describe('Other workloads', () => {
  it('a Job that verifies a host succeeds on one that is at the version', async () => {
    createBatch();
    createUpgradePod({ process: 'os.verify' });
    await cluster.after(20);
    expect(cluster.podStatus()).toMatchObject({ phase: 'Failed' });

    cluster.hosts.get('node-1')?.recordRun({ revision: 'r', process: 'os', version: '12.9', isRollback: false });
    cluster.client.delete('/api/v1/namespaces/default/pods/pod', { gracePeriodSeconds: 0 });
    createUpgradePod({ process: 'os.verify' });
    await cluster.after(20);
    expect(cluster.podStatus()).toMatchObject({ phase: 'Succeeded' });
  });

  it('a Pod that only pulls an image cannot start, once it has the image', async () => {
    cluster.createPod(
      { containers: [container({ command: ['/nothing'] })] },
      { labels: { [LABELS.component]: COMPONENTS.prePull } },
    );
    await cluster.after(20);

    expect(cluster.containerStatus()).toMatchObject({ state: { terminated: { exitCode: 128, reason: 'StartError' } } });
    expect(asObjects(asObject(cluster.node()?.['status'])['images'])).toMatchObject([{ names: ['registry.example/main:1'] }]);
  });

  it.each([
    { closed: false, phase: 'Succeeded' },
    { closed: true, phase: 'Failed' },
  ])('a Job of a gate says whether it is open (closed: $closed)', async ({ closed, phase }) => {
    if (closed) gates.close('change', { from: cluster.time.now(), to: undefined });
    cluster.createPod({}, { labels: { [LABELS.component]: COMPONENTS.gate, [LABELS.gate]: 'change' } });
    await cluster.after(20);

    expect(cluster.podStatus()).toMatchObject({ phase });
  });
});

describe('Chance', () => {
  const upgrade = { host: 'n', namespace: '', plan: '', revision: '', process: 'os', version: '', attempt: 1, isRollback: false };

  it.each(['None', 'Drain', 'Reboot'] as const)('lets nothing go wrong without trouble (%s)', (disruption) => {
    const kinds = new Set(
      Array.from(
        { length: 50 },
        (_, index) => chooseByTrouble('None')({ ...upgrade, disruption, random: () => index / 50 }).kind,
      ),
    );
    expect([...kinds]).toEqual([disruption === 'Reboot' ? 'Reboots' : 'Succeeds']);
  });

  it('fails and hangs as often as asked', () => {
    const choose = chooseByShares({ durations: new Map([['os', 100_000]]), defaultMs: 1, rebootMs: 1, fail: 0.1, hang: 0.2 });
    const chosen = Array.from({ length: 100 }, (_, index) =>
      choose({ ...upgrade, disruption: 'Drain', random: () => (index + 0.5) / 100 }),
    );
    expect(chosen.filter(({ kind }) => kind === 'Fails')).toHaveLength(10);
    expect(chosen.filter(({ kind }) => kind === 'Hangs')).toHaveLength(20);
    expect(chosen.at(-1)).toEqual({ kind: 'Succeeds', ms: expect.closeTo(110_000, -4) });
  });

  it('gives the same pull for the same seed', () => {
    const pull = { image: 'x:1', node: 'node-1', attempt: 1 };
    expect(imagePulls(1)(pull)).toEqual(imagePulls(1)(pull));
    expect(imagePulls(1, () => 'NoMatchForPlatform')(pull)).toMatchObject({ kind: 'Failed', message: /no match for platform/ });
  });
});
