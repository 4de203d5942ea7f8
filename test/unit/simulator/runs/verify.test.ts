import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { stringify } from 'yaml';
import type { NodeRecord } from '../../../../src/api/generated/upgradebatch.ts';
import type { ProcessVerify, UpgradeProcess } from '../../../../src/api/generated/upgradeplan.ts';
import { LABELS } from '../../../../src/api/names.ts';
import { MINUTE, planYaml, Stage } from './support/stage.ts';

jest.setTimeout(120_000);

/** What a Pod of the DaemonSet `sidecar` needs to be Ready (ms). */
const SIDECAR_MS = 10 * MINUTE;
const POD = { restartPolicy: 'Never', containers: [{ name: 'upgrade', image: 'registry.example/os:1' }] };

let stage: Stage;

// Each test has a node of its own. No upgrade changes anything on its host.
beforeAll(async () => {
  stage = await Stage.open({
    hosts: 8,
    upgrades: () => ({ kind: 'ChangesNothing', ms: MINUTE }),
    services: ({ pod }) => (pod.metadata.labels?.['app'] === 'sidecar' ? { kind: 'Runs', readyMs: SIDECAR_MS } : undefined),
  });
});

/** A plan for one node, named after what it is about, whose process disturbs nobody. */
function upgrade(name: string, node: string, verify: Partial<ProcessVerify>, way: Partial<UpgradeProcess> = {}): void {
  const nodeSelector = { matchLabels: { 'kubernetes.io/hostname': node } };
  const job = way.external === undefined ? { job: { template: { spec: POD } } } : {};
  stage.apply(
    planYaml(stringify({ nodeSelector, processes: [{ name: 'os', disruption: 'None', ...job, ...way, verify }] }), '', name),
  );
}

/** Waits for the record of a plan's node to be as it is wanted. */
async function recordWhere(name: string, node: string, holds: (record: NodeRecord) => boolean): Promise<NodeRecord> {
  const found = (): NodeRecord | undefined => {
    const record = stage.record(node, name);
    return record !== undefined && holds(record) ? record : undefined;
  };
  await stage.until(`${node} of ${name}`, () => found() !== undefined, 30 * MINUTE);
  return found() ?? { name: node, state: 'Pending' };
}

function label(node: string, labels: Readonly<Record<string, string>>): void {
  stage.simulation.client.mergePatch(`/api/v1/nodes/${node}`, { metadata: { labels } });
}

describe('verify', () => {
  it.each<{ field: string; node: string; verify: Partial<ProcessVerify>; words: string }>([
    {
      ...{ field: 'kernelVersion', node: 'node-1', verify: { kernelVersion: '$(BATON_VERSION)*' } },
      words: 'kernelVersion is 6.12.30-amd64, wanted 12.9*',
    },
    {
      ...{ field: 'osImage', node: 'node-2', verify: { osImage: '* $(BATON_VERSION)' } },
      words: 'osImage is Debian GNU/Linux 13 (trixie), wanted * 12.9',
    },
    {
      ...{ field: 'kubeletVersion', node: 'node-3', verify: { kubeletVersion: 'v$(BATON_VERSION)' } },
      words: 'kubeletVersion is v1.37.2, wanted v12.9',
    },
    {
      ...{ field: 'containerRuntimeVersion', node: 'node-4', verify: { containerRuntimeVersion: 'cri-o://*' } },
      words: 'containerRuntimeVersion is containerd://2.4.2, wanted cri-o://*',
    },
  ])('$field: a node that has something else fails, and the message says what', async ({ field, node, verify, words }) => {
    upgrade(field.toLowerCase(), node, { ...verify, timeoutSeconds: 60 });

    const record = await recordWhere(field.toLowerCase(), node, ({ state }) => state === 'Failed');

    expect(record).toMatchObject({ reason: 'VerifyFailed', quarantined: true });
    expect(record.message).toContain(words);
  });

  it('kernelVersion: a node that has it is skipped before any claim, and the plan has succeeded', async () => {
    upgrade('current', 'node-5', { kernelVersion: '6.12.*' });

    await stage.until('the plan has succeeded', () => stage.plan('current').status?.summary === 'Succeeded');

    expect(stage.record('node-5', 'current')).toMatchObject({ state: 'Skipped', reason: 'AlreadyCurrent' });
    expect(stage.record('node-5', 'current')).not.toHaveProperty('startTime');
    expect(stage.plan('current').status).toMatchObject({ reason: 'AllSucceeded', progress: '1/1' });
  });

  it('nodeLabels and stableSeconds: waits for the label, and for it to stay, through a restart of the operator', async () => {
    upgrade('labels', 'node-6', { nodeLabels: { bmc: '$(BATON_VERSION)' }, stableSeconds: 300, timeoutSeconds: 1800 });
    const waiting = await recordWhere('labels', 'node-6', ({ state }) => state === 'Verifying');
    expect(waiting.message).toBe("label bmc is missing, wanted '12.9'");

    label('node-6', { bmc: '12.9' });
    const isStable = ({ processes }: NodeRecord): boolean => processes?.[0]?.verifyStableSinceTime !== undefined;
    const holding = await recordWhere('labels', 'node-6', isStable);
    await stage.pass(3 * MINUTE);
    stage.restartOperator();
    const done = await recordWhere('labels', 'node-6', ({ state }) => state === 'Succeeded');

    const since = Date.parse(holding.processes?.[0]?.verifyStableSinceTime ?? '');
    const verified = Date.parse(done.processes?.[0]?.verifiedTime ?? '');
    expect(verified - since).toBeGreaterThanOrEqual(5 * MINUTE);
    // From zero it would have been eight minutes.
    expect(verified - since).toBeLessThan(6 * MINUTE);
  });

  it('daemonSetsReady: waits for a Pod of a DaemonSet that is not Ready, and names it', async () => {
    const labels = { app: 'sidecar' };
    const spec = { nodeSelector: { 'kubernetes.io/hostname': 'node-7' }, containers: [{ name: 'sidecar', image: 'sidecar:1' }] };
    stage.apply(
      stringify({
        ...{ apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name: 'sidecar' } },
        spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
      }),
    );
    upgrade('daemonsets', 'node-7', { daemonSetsReady: true, timeoutSeconds: 1800 });

    const waiting = await recordWhere('daemonsets', 'node-7', ({ state }) => state === 'Verifying');
    expect(waiting.message).toMatch(/^daemonSetsReady: Pod fleet\/sidecar-\w+ is not Ready$/);

    const done = await recordWhere('daemonsets', 'node-7', ({ state }) => state === 'Succeeded');
    const [began, ended] = [Date.parse(done.startTime ?? ''), Date.parse(done.endTime ?? '')];
    expect(ended - began).toBeGreaterThan(SIDECAR_MS - MINUTE);
  });
});

describe('external', () => {
  it('tells the node by label and Event, and is done when verify holds', async () => {
    upgrade('bmc', 'node-8', { nodeLabels: { bmc: '12.9' } }, { external: {} });
    await recordWhere('bmc', 'node-8', ({ state }) => state === 'Upgrading');

    expect(stage.node('node-8')?.metadata.labels?.[LABELS.process]).toBe('os');
    const opened = stage
      .list('/apis/events.k8s.io/v1/namespaces/fleet/events')
      .find((event) => event['reason'] === 'TurnOpened' && event.metadata.labels?.[LABELS.plan] === 'bmc');
    expect(opened).toMatchObject({ action: 'os', related: { name: 'node-8' } });

    await stage.pass(10 * MINUTE);
    expect(stage.record('node-8', 'bmc')?.state).toBe('Upgrading');
    label('node-8', { bmc: '12.9' });
    await recordWhere('bmc', 'node-8', ({ state }) => state === 'Succeeded');
    await stage.until('node-8 is free', () => !stage.claimed().includes('node-8'), 5 * MINUTE);
    expect(stage.node('node-8')?.metadata.labels).not.toHaveProperty([LABELS.process]);
  });
});
