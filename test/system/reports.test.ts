import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LABELS, SOCKET_PATH } from '../../src/api/names.ts';
import { runCommand } from '../cluster/run-command.ts';
import { waitFor } from '../cluster/wait-for.ts';
import { nodesNamed, planManifest } from '../support/fleet.ts';
import { bundlePath } from '../support/installation.ts';
import { findCondition, type Node, type Pod } from '../support/kubernetes-objects.ts';
import { print } from '../support/print.ts';
import { hasSucceeded, readReports, readRollout, waitForRollout } from '../support/rollout.ts';
import { openSystem, openTimeoutMs, waitForFreeNodes, type System } from '../support/system-cluster.ts';

let system: System;
let namespace: string;
const seenOn = new Set<string>();
const strays: string[] = [];

const chosen = ['node-2', 'node-3'];
const script = ['set -e', 'baton report started --note "long work begins"', 'sleep 12', 'baton report succeeded'].join('\n');

async function claimedNodes(): Promise<string[]> {
  const nodes = await system.kubectl.list<Node>('nodes');
  return nodes.filter((node) => node.metadata.labels?.[LABELS.claim] !== undefined).map((node) => node.metadata.name);
}

/** Looks where reporters are, and notes each that was on a node not claimed before nor after the look. */
async function watchReporters(until: () => boolean): Promise<void> {
  let before = await claimedNodes();
  while (!until()) {
    const pods = await system.kubectl.list<Pod>('pods', 'baton-reporter');
    const after = await claimedNodes();
    for (const pod of pods.filter((candidate) => candidate.metadata.deletionTimestamp === undefined)) {
      const node = pod.spec.nodeName ?? 'no node yet';
      if (findCondition(pod, 'Ready')?.status === 'True') seenOn.add(node);
      if (pod.spec.nodeName !== undefined && !before.includes(node) && !after.includes(node))
        strays.push(`${pod.metadata.name} on ${node}`);
    }
    before = after;
    await sleep(250);
  }
}

beforeAll(async () => {
  system = await openSystem();
  namespace = await system.createNamespace();
  await system.kubectl.apply(
    planManifest({
      namespace,
      nodeSelector: nodesNamed(...chosen),
      batches: [{ size: 2 }],
      processes: [{ name: 'os', report: 'Socket', script }],
      sinkUrl: system.sinkUrl(namespace),
      signed: true,
    }),
  );
}, openTimeoutMs);
afterAll(() => system.close(), 180_000);

describe('reports of upgrade processes', () => {
  let over = false;
  let watching: Promise<void>;

  it('are taken from the host itself, without credentials', async () => {
    watching = watchReporters(() => over);
    const started = await waitFor(
      async () => (await readReports(system.kubectl, namespace)).find((report) => report.reason === 'UpgradeStarted'),
      {
        what: 'the first report',
        timeoutMs: 90_000,
        intervalMs: 300,
      },
    );
    const name = started.related?.name ?? '';
    const socket = system.node(name).hostPath(SOCKET_PATH);

    const args = ['report', 'progressing', '--socket', socket, '--progress', '33', '--note', 'seen by the host'];
    const result = await runCommand(process.execPath, [bundlePath, ...args], { env: {}, timeoutMs: 30_000 });

    print(`baton report on the host of ${name}: ${result.stdout}${result.stderr}`);
    expect(result.code).toBe(0);
    const event = await waitFor(
      async () => (await readReports(system.kubectl, namespace)).find((report) => report.note === `${name}/os: seen by the host`),
      {
        what: "the host's report",
        timeoutMs: 20_000,
        intervalMs: 300,
      },
    );
    expect(event).toMatchObject({ reason: 'UpgradeProgressing', action: 'os', related: { kind: 'Node', name } });
    expect(event.regarding).toMatchObject({
      kind: 'UpgradeBatch',
      name: (await readRollout(system.kubectl, namespace)).batches[0]?.metadata.name,
    });
  }, 180_000);

  it('are refused by kubectl for a batch when they come from somebody else', async () => {
    const batch = (await readRollout(system.kubectl, namespace)).batches[0];
    const forged = {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { name: 'forged', namespace, labels: { [LABELS.plan]: 'os' } },
      eventTime: new Date().toISOString().replace('Z', '000Z'),
      reportingController: 'somebody',
      reportingInstance: 'somebody',
      action: 'os',
      reason: 'UpgradeSucceeded',
      type: 'Normal',
      regarding: {
        apiVersion: 'baton.dev/v1alpha1',
        kind: 'UpgradeBatch',
        namespace,
        name: batch?.metadata.name,
        uid: batch?.metadata.uid,
      },
      related: { apiVersion: 'v1', kind: 'Node', name: 'node-3' },
    };

    const result = await system.kubectl.attempt(['create', '--filename=-'], JSON.stringify(forged));

    print(result.stderr.trim());
    expect(result.code).not.toBe(0);
    expect(result.stderr).toContain('baton-reports');
  }, 30_000);

  it('continue as heartbeats of the last one while a process is silent', async () => {
    const beaten = await waitFor(
      async () => (await readReports(system.kubectl, namespace)).find((report) => (report.series?.count ?? 0) >= 2),
      {
        what: 'a report whose series goes on',
        timeoutMs: 60_000,
        intervalMs: 500,
      },
    );

    print(`${beaten.reason} of ${beaten.related?.name ?? ''} has series.count ${beaten.series?.count}`);
    expect(beaten.reason).toMatch(/^Upgrade(Started|Progressing)$/);
  }, 90_000);

  it('come from reporters that are on claimed nodes and nowhere else', async () => {
    await waitForRollout(system.kubectl, { namespace, what: 'the rollout to succeed', timeoutMs: 180_000, until: hasSucceeded });
    await waitForFreeNodes(system.kubectl);
    await waitFor(async () => (await system.kubectl.list<Pod>('pods', 'baton-reporter')).length === 0, {
      what: 'the last reporter to go with its claim',
      timeoutMs: 60_000,
      intervalMs: 500,
    });
    over = true;
    await watching;

    print(`reporters were Ready on ${[...seenOn].sort().join(', ')}`);
    expect([...seenOn].sort()).toEqual(chosen);
    expect(strays).toEqual([]);
  }, 300_000);
});
