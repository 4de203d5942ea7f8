import { release } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NodeRecord } from '../../src/api/generated/upgradebatch.ts';
import type { ProcessVerify, UpgradePlan, UpgradeProcess } from '../../src/api/generated/upgradeplan.ts';
import { LABELS } from '../../src/api/names.ts';
import { nodesNamed, planManifest, upgradeRepository, upgradeVersion } from '../support/fleet.ts';
import { batonNamespace } from '../support/installation.ts';
import type { Event, Node } from '../support/kubernetes-objects.ts';
import { print } from '../support/print.ts';
import { waitForRollout, type Rollout } from '../support/rollout.ts';
import { work } from '../support/scripts.ts';
import { openSystem, openTimeoutMs, releaseNodes, waitForFreeNodes, type System } from '../support/system-cluster.ts';

let system: System;
let namespace: string;

beforeAll(async () => {
  system = await openSystem();
  namespace = await system.createNamespace({ secret: false });
}, openTimeoutMs);
afterAll(async () => {
  await system.kubectl.run(['label', 'nodes', '--all', 'bmc-']);
  await system.close();
}, 180_000);

/** A plan for one node, named after what it is about, whose process disturbs nobody. */
async function upgrade(
  name: string,
  node: string,
  verify: Partial<ProcessVerify>,
  more: Partial<UpgradeProcess> = {},
): Promise<void> {
  const plan = planManifest({
    namespace,
    name,
    nodeSelector: nodesNamed(node),
    batches: [{ size: 1 }],
    processes: [{ name: 'os', disruption: 'None', script: work(1) }],
  }) as UpgradePlan;
  const { job, ...process } = plan.spec.processes[0]!;
  const way = more.external === undefined ? { job } : {};
  await system.kubectl.apply({ ...plan, spec: { ...plan.spec, processes: [{ ...process, ...way, verify, ...more }] } });
}

function recordOf({ batches }: Rollout): NodeRecord | undefined {
  return batches[0]?.status?.nodes?.[0];
}

async function recordWhere(name: string, what: string, holds: (record: NodeRecord) => boolean): Promise<NodeRecord> {
  const until = (rollout: Rollout): boolean => {
    const record = recordOf(rollout);
    return record !== undefined && holds(record);
  };
  const rollout = await waitForRollout(system.kubectl, { namespace, name, what, until, timeoutMs: 90_000 });
  return recordOf(rollout)!;
}

const label = (node: string, value: string): Promise<string> =>
  system.kubectl.run(['label', 'node', node, `bmc=${value}`, '--overwrite']);

describe('verify', () => {
  it.each<readonly [string, Partial<ProcessVerify>, string]>([
    ['kernelVersion', { kernelVersion: '$(BATON_VERSION)*' }, `kernelVersion is ${release()}, wanted 12.9*`],
    ['osImage', { osImage: '* $(BATON_VERSION)' }, 'wanted * 12.9'],
    ['kubeletVersion', { kubeletVersion: 'v$(BATON_VERSION)' }, 'wanted v12.9'],
    ['containerRuntimeVersion', { containerRuntimeVersion: 'cri-o://*' }, 'wanted cri-o://*'],
  ])(
    'verify.%s: a node that has something else fails, and the message says what',
    async (field, verify, words) => {
      const name = field.toLowerCase();
      await upgrade(name, 'node-1', { ...verify, timeoutSeconds: 5 });

      const record = await recordWhere(name, 'the node to fail', ({ state }) => state === 'Failed');

      print(`${field}: ${record.message ?? ''}`);
      expect(record).toMatchObject({ reason: 'VerifyFailed', quarantined: true });
      expect(record.message).toContain(`${field} is `);
      expect(record.message).toContain(words);
      await releaseNodes(system.kubectl, { namespace, plan: name, nodes: ['node-1'] });
    },
    120_000,
  );

  it('verify.kernelVersion: a node that has it is skipped before any claim, and the plan has succeeded', async () => {
    await upgrade('current', 'node-2', { kernelVersion: `${release().slice(0, 3)}*` });

    const rollout = await waitForRollout(system.kubectl, {
      namespace,
      name: 'current',
      what: 'the plan to succeed',
      until: ({ plan }) => plan?.status?.summary === 'Succeeded',
    });

    expect(recordOf(rollout)).toMatchObject({ state: 'Skipped', reason: 'AlreadyCurrent' });
    expect(rollout.plan?.status).toMatchObject({ reason: 'AllSucceeded', progress: '1/1' });
  }, 120_000);

  it('verify.nodeLabels and stableSeconds: waits for the label, and for it to stay, through a restart of the operator', async () => {
    await upgrade('labels', 'node-3', { nodeLabels: { bmc: '$(BATON_VERSION)' }, stableSeconds: 20, timeoutSeconds: 120 });
    const waiting = await recordWhere('labels', 'the label to be missed', ({ state }) => state === 'Verifying');
    expect(waiting.message).toBe("label bmc is missing, wanted '12.9'");

    await label('node-3', '12.9');
    const holding = await recordWhere(
      'labels',
      'it to hold',
      ({ processes }) => processes?.[0]?.verifyStableSinceTime !== undefined,
    );
    await system.kubectl.run(['rollout', 'restart', 'deployment/baton-operator', '--namespace', batonNamespace]);
    const done = await recordWhere('labels', 'the node to be done', ({ state }) => state === 'Succeeded');

    const since = Date.parse(holding.processes?.[0]?.verifyStableSinceTime ?? '');
    const verified = Date.parse(done.processes?.[0]?.verifiedTime ?? '');
    print(`held for ${(verified - since) / 1000} s`);
    expect(verified - since).toBeGreaterThanOrEqual(20_000);
    // From zero it would have been twice as long.
    expect(verified - since).toBeLessThan(36_000);
  }, 180_000);
});

describe('verify, of what runs on the node', () => {
  it('verify.daemonSetsReady: waits for a Pod of a DaemonSet that is not Ready, and names it', async () => {
    const ready = '/tmp/ready';
    const labels = { app: 'sidecar' };
    const container = {
      ...{ name: 'sidecar', image: `${upgradeRepository}:${upgradeVersion}`, imagePullPolicy: 'IfNotPresent' },
      command: ['sh', '-c', 'sleep 86400'],
      readinessProbe: { exec: { command: ['test', '-f', ready] }, periodSeconds: 1 },
    };
    const nodeSelector = { 'kubernetes.io/hostname': 'node-5' };
    const spec = { nodeSelector, terminationGracePeriodSeconds: 1, containers: [container] };
    await system.kubectl.apply({
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { name: 'sidecar', namespace },
      spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
    });
    const running = ['--for=jsonpath={.status.phase}=Running', '--selector=app=sidecar', '--timeout=60s'];
    await system.kubectl.run(['wait', 'pods', '--namespace', namespace, ...running]);
    await upgrade('daemonsets', 'node-5', { daemonSetsReady: true, timeoutSeconds: 60 });

    const waiting = await recordWhere('daemonsets', 'the Pod to be missed', ({ state }) => state === 'Verifying');
    print(waiting.message);
    expect(waiting.message).toMatch(new RegExp(`^daemonSetsReady: Pod ${namespace}/sidecar-\\w+ is not Ready$`));

    await system.kubectl.run(['exec', '--namespace', namespace, 'daemonset/sidecar', '--', 'touch', ready]);
    await recordWhere('daemonsets', 'the node to be done', ({ state }) => state === 'Succeeded');
    await system.kubectl.run(['delete', 'daemonset', 'sidecar', '--namespace', namespace]);
  }, 180_000);

  it('verify.job: the node is done when the Job that looks ends well, and has failed with its last words otherwise', async () => {
    const looks = (script: string): NonNullable<ProcessVerify['job']> => {
      const image = `${upgradeRepository}:${upgradeVersion}`;
      const container = { name: 'look', image, imagePullPolicy: 'IfNotPresent', command: ['sh', '-c', script] };
      return { template: { spec: { restartPolicy: 'Never', containers: [container] } } };
    };
    const script = (code: number): string => `echo "$BATON_NODE is at $BATON_VERSION?" > /dev/termination-log; exit ${code}`;
    await upgrade('looks', 'node-5', { job: looks(script(0)), timeoutSeconds: 60 });
    await upgrade('fails', 'node-6', { job: looks(script(7)), timeoutSeconds: 60 });

    const done = await recordWhere('looks', 'the node to be done', ({ state }) => state === 'Succeeded');
    expect(done.processes).toMatchObject([{ state: 'Succeeded', verifiedTime: expect.any(String) }]);
    const failed = await recordWhere('fails', 'the node to fail', ({ state }) => state === 'Failed');
    expect(failed).toMatchObject({ reason: 'VerifyFailed', message: 'its verify Job failed: node-6 is at 12.9?' });
    await releaseNodes(system.kubectl, { namespace, plan: 'fails', nodes: ['node-6'] });
  }, 180_000);
});

describe('external', () => {
  it('external: the node is told by label and Event, and is done when verify holds', async () => {
    await upgrade('bmc', 'node-4', { nodeLabels: { bmc: '12.9' } }, { external: {} });
    await recordWhere('bmc', 'the turn to be given', ({ state }) => state === 'Upgrading');

    const node = await system.kubectl.get<Node>('node', 'node-4');
    expect(node?.metadata.labels?.[LABELS.process]).toBe('os');
    const events = await system.kubectl.list<Event>('events.v1.events.k8s.io', namespace, `${LABELS.plan}=bmc`);
    expect(events.find(({ reason }) => reason === 'TurnOpened')).toMatchObject({ action: 'os', related: { name: 'node-4' } });

    await label('node-4', '12.9');
    await recordWhere('bmc', 'the node to be done', ({ state }) => state === 'Succeeded');
    await waitForFreeNodes(system.kubectl);
    expect((await system.kubectl.get<Node>('node', 'node-4'))?.metadata.labels).not.toHaveProperty(LABELS.process);
  }, 120_000);
});
