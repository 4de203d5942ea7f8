import { readFileSync } from 'node:fs';
import { describe, expect, it, jest } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { LABELS } from '../../../../src/api/names.ts';
import type { UpgradePlan } from '../../../../src/api/generated/upgradeplan.ts';
import { madeUpNodes } from '../../../../src/cli/simulate/made-up-nodes.ts';
import type { KubeObject } from '../../../../src/kube/kube-object.ts';
import { Simulation } from '../../../../src/simulator/simulation.ts';
import { chooseByShares } from '../../../../src/simulator/world/choose-behavior.ts';
import { Gates } from '../../../../src/simulator/world/gates.ts';
import { workloads } from '../../../../src/simulator/world/workloads.ts';

jest.setTimeout(300_000);

const START = Date.UTC(2026, 10, 30, 0, 0);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NODES = 4;
const PLANS = '/apis/baton.dev/v1alpha1/namespaces/fleet/upgradeplans';
const ACTIONS = '/apis/baton.dev/v1alpha1/namespaces/fleet/upgradeactions';

function plansOf(file: string): readonly UpgradePlan[] {
  const text = readFileSync(new URL(`../../../../docs/examples/${file}`, import.meta.url), 'utf8');
  return parseAllDocuments(text).map((document) => document.toJS() as UpgradePlan);
}

/** A fleet that the plans of an example select, and upgrades of ten minutes. */
function fleetFor(plans: readonly UpgradePlan[]): Simulation {
  const shares = { durations: new Map<string, number>(), defaultMs: 10 * MINUTE, rebootMs: 2 * MINUTE, fail: 0, hang: 0 };
  return new Simulation({
    ...{ seed: 1, start: START },
    hosts: madeUpNodes({ nodes: NODES, zones: 2, plans }).nodes.map(({ metadata: { name = '', labels = {} } }) => ({
      name,
      labels,
    })),
    workload: ({ client, hosts, time: { now, setTimer } }) =>
      workloads({ ...{ seed: 1, client, hosts, now, setTimer }, gates: new Gates(now), choose: chooseByShares(shares) }),
  });
}

/** What an example needs beside its plans. */
type Prepare = (simulation: Simulation, plans: readonly UpgradePlan[]) => Promise<void>;

interface Outcome {
  readonly simulation: Simulation;
  readonly plans: readonly UpgradePlan[];
}

const played = new Map<string, Promise<Outcome>>();

/** Rolls an example out, once for all tests. */
function play(file: string, prepare?: Prepare): Promise<Outcome> {
  const outcome = played.get(file) ?? rollOut(file, prepare);
  played.set(file, outcome);
  return outcome;
}

/** Rolls an example out. Approvals are given when they are asked for. */
async function rollOut(file: string, prepare: Prepare | undefined): Promise<Outcome> {
  const written = plansOf(file);
  const simulation = fleetFor(written);
  const { client } = simulation;
  await simulation.boot();
  client.create('/api/v1/namespaces', { metadata: { name: 'fleet' } });
  await prepare?.(simulation, written);
  simulation.startOperator();
  for (const plan of written) expect(simulation.apply(plan as unknown as KubeObject)).toMatchObject({ ok: true });
  const read = (): readonly UpgradePlan[] => client.list(PLANS) as unknown as readonly UpgradePlan[];
  for (let slice = 0; slice < 48 && read().some((plan) => plan.status?.summary !== 'Succeeded'); slice++) {
    await simulation.run({ limit: simulation.time.now() + 30 * MINUTE });
    for (const { metadata, status } of read()) {
      if (status?.reason !== 'ApprovalRequired' || status.batch === undefined) continue;
      const spec = { plan: metadata.name, action: 'Approve', batch: status.batch, reason: 'looks good' };
      client.create(ACTIONS, {
        apiVersion: 'baton.dev/v1alpha1',
        kind: 'UpgradeAction',
        metadata: { generateName: 'approve-' },
        spec,
      });
    }
  }
  return { simulation, plans: read() };
}

function nodes({ client }: Simulation): readonly KubeObject[] {
  return client.list('/api/v1/nodes');
}

/** The image of the DaemonSet's Pod on each node. */
function images({ client }: Simulation): ReadonlySet<string> {
  const pods = client.list('/api/v1/namespaces/kube-system/pods') as readonly (KubeObject & {
    spec: { containers: { image: string }[] };
  })[];
  return new Set(pods.map(({ spec }) => spec.containers[0]?.image ?? ''));
}

/** A DaemonSet whose Pods are of an earlier revision. */
const installCilium: Prepare = async (simulation) => {
  const daemonSet = (version: string): KubeObject => ({
    ...{ apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name: 'cilium', namespace: 'kube-system' } },
    spec: {
      selector: { matchLabels: { app: 'cilium' } },
      updateStrategy: { type: 'OnDelete' },
      template: {
        metadata: { labels: { app: 'cilium' } },
        spec: { containers: [{ name: 'agent', image: `cilium:${version}` }] },
      },
    },
  });
  expect(simulation.apply(daemonSet('old'))).toMatchObject({ ok: true });
  await simulation.run({ limit: simulation.time.now() + 5 * MINUTE });
  expect(images(simulation)).toEqual(new Set(['cilium:old']));
  expect(simulation.apply(daemonSet('new'))).toMatchObject({ ok: true });
};

/** The script of firmware.md: it updates, reboots, and then the label shows the new version. */
const runUpdaters: Prepare = (simulation, [plan]) => {
  const { client, hosts, time } = simulation;
  const begun = new Set<string>();
  client.watch('/api/v1/nodes', (_, { metadata: { name = '', labels = {} } }) => {
    if (labels[LABELS.process] !== 'firmware' || begun.has(name)) return;
    begun.add(name);
    time.setTimer(10 * MINUTE, () => hosts.reboot(name, { downMs: 5 * MINUTE, orderly: true }));
    time.setTimer(20 * MINUTE, () => {
      client.mergePatch(`/api/v1/nodes/${name}`, { metadata: { labels: { 'firmware.example.com/bios': plan?.spec.version } } });
    });
  });
  return Promise.resolve();
};

describe('The examples', () => {
  it.each([
    { file: 'minimal.yaml' },
    { file: 'k3s.yaml' },
    { file: 'rke2.yaml' },
    { file: 'debian-packages.yaml' },
    { file: 'kernel.yaml' },
    { file: 'reboot-required.yaml' },
    { file: 'daemonset.yaml', prepare: installCilium },
    { file: 'firmware.yaml', prepare: runUpdaters },
  ])('succeed in a simulated cluster: $file', async ({ file, prepare }) => {
    const { simulation, plans } = await play(file, prepare);

    expect(plans.map(({ status }) => status)).toEqual(plans.map(() => expect.objectContaining({ summary: 'Succeeded' })));
    const done = plans.map(({ status }) => Number(status?.progress?.split('/')[0]));
    expect(done.reduce((sum, count) => sum + count, 0)).toBe(NODES);
    expect(simulation.failures).toEqual([]);
    expect(simulation.nodesDown()).toBe(0);
    expect(simulation.time.now()).toBeLessThan(START + 24 * HOUR);
  });

  it.each(['k3s.yaml', 'rke2.yaml'])('upgrade the servers before the agents: %s', async (file) => {
    const { simulation } = await play(file);

    const batches = simulation.timeline.events.filter(({ kind, text }) => kind === 'batch' && text.startsWith('begins'));
    const names = batches.map(({ batch }) => batch?.replace(/-[0-9a-f]{4}-\d+$/, ''));
    expect(names).toEqual(names.toSorted().toReversed());
    expect(new Set(names).size).toBe(2);
  });

  it('leave every Pod of the DaemonSet at the newest revision: daemonset.yaml', async () => {
    const { simulation } = await play('daemonset.yaml', installCilium);

    expect(images(simulation)).toEqual(new Set(['cilium:new']));
  });

  it('boot the kernel of the plan: kernel.yaml', async () => {
    const { simulation, plans } = await play('kernel.yaml');

    const kernels = nodes(simulation).map(
      (node) => (node['status'] as { nodeInfo: { kernelVersion: string } }).nodeInfo.kernelVersion,
    );
    expect(new Set(kernels)).toEqual(new Set([plans[0]?.spec.version]));
  });
});
