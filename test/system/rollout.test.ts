import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { firmwareImage, planManifest } from '../support/fleet.ts';
import type { Node, Pod } from '../support/kubernetes-objects.ts';
import { print } from '../support/print.ts';
import { inNetwork, wasTaken } from '../support/receiver-client.ts';
import { hasSucceeded, readReports, waitForRollout, type Rollout } from '../support/rollout.ts';
import { work, workAndReport } from '../support/scripts.ts';
import { openSystem, openTimeoutMs, type System } from '../support/system-cluster.ts';
import { judge, senderOf, type Origin } from '../support/verdict.ts';

let system: System;
let namespace: string;
let rollout: Rollout;

beforeAll(async () => {
  system = await openSystem();
  namespace = await system.createNamespace();
  await system.kubectl.apply(
    planManifest({
      namespace,
      batches: [{ name: 'canary', size: 1 }, { size: 2 }, { size: 3 }],
      maxUnavailable: 3,
      processes: [
        { name: 'firmware', image: firmwareImage, nodeSelector: { storage: 'yes' }, script: work(1, 'firmware 7 is active') },
        { name: 'os', report: 'Socket', script: workAndReport(2) },
      ],
      sinkUrl: system.sinkUrl(namespace),
      signed: true,
    }),
  );
  rollout = await waitForRollout(system.kubectl, {
    namespace,
    what: 'the rollout to succeed',
    timeoutMs: 300_000,
    until: hasSucceeded,
  });
}, openTimeoutMs);
afterAll(() => system.close(), 180_000);

function originOf(address: string): Origin {
  const node = system.cluster.nodes.find((candidate) => inNetwork(address, candidate.podCidr));
  return { node: node?.name, evidence: `${address} is in ${node?.podCidr} of ${node?.name}` };
}

describe('a rollout over six nodes in batches of 1, 2 and 3', () => {
  it('keeps every promise that the demo shows', async () => {
    const deliveries = await system.deliveries(namespace);

    const checks = judge({
      batches: rollout.batches,
      deliveries,
      origins: deliveries.map((delivery) => originOf(delivery.request.remoteAddress)),
      nodes: await system.kubectl.list<Node>('nodes'),
    });

    print(checks.map(({ promise, seen }) => `${promise}: ${seen}`).join('\n'));
    expect(checks.filter((check) => !check.kept)).toEqual([]);
  });

  it('cuts the batches as asked and upgrades each of the six nodes once', () => {
    const names = rollout.batches.map((batch) => batch.spec.nodes.map((node) => node.name));

    expect(names.map((batch) => batch.length)).toEqual([1, 2, 3]);
    expect(names.flat().sort()).toEqual(system.cluster.nodes.map((node) => node.name).sort());
  });

  it('runs the firmware on storage nodes alone, and before the operating system', () => {
    const records = rollout.batches.flatMap((batch) => batch.status?.nodes ?? []);

    const processes = Object.fromEntries(
      records.map((record) => [record.name, record.processes?.map((process) => process.name)]),
    );

    expect(processes).toEqual({
      'node-1': ['os'],
      'node-2': ['os'],
      'node-3': ['os'],
      'node-4': ['os'],
      'node-5': ['firmware', 'os'],
      'node-6': ['firmware', 'os'],
    });
  });

  it('posts each notification once, as signed JSON, and nothing else', async () => {
    const requests = (await system.receiver.received()).filter((request) => request.path === `/${namespace}`);

    for (const request of requests)
      print(`POST from ${request.remoteAddress}\n${JSON.stringify(request.headers)}\n${request.body}`);
    expect(requests.map(({ method, headers }) => [method, headers['content-type']])).toEqual(
      rollout.batches.map(() => ['POST', 'application/json']),
    );
    expect(requests.filter((request) => !wasTaken(request))).toEqual([]);
  });

  it('tells the story of each node in Events', async () => {
    const reports = await readReports(system.kubectl, namespace);

    for (const { name } of system.cluster.nodes) {
      const told = reports.filter((report) => report.related?.name === name).map((report) => report.reason);
      expect(told).toEqual(expect.arrayContaining(['UpgradeStarted', 'UpgradeProgressing', 'UpgradeSucceeded']));
    }
  });

  it('leaves the baton with the last sender and no reporter anywhere', async () => {
    const last = rollout.batches.at(-1);
    const reporters = await system.kubectl.list<Pod>('pods', 'baton-reporter');

    expect(rollout.lease?.spec.holderIdentity).toBe(last === undefined ? undefined : senderOf(last));
    expect(reporters.filter((pod) => pod.metadata.deletionTimestamp === undefined)).toEqual([]);
  });

  it('shows it in the columns of kubectl', async () => {
    const plans = await system.kubectl.run(['get', 'uplan', '--namespace', namespace]);
    const batches = await system.kubectl.run(['get', 'ubatch', '--namespace', namespace]);

    print(`${plans}\n${batches}`);
    expect(plans).toMatch(/^NAME +VERSION +PROGRESS +FAILED +BATCH +AGENT +STATUS +REASON +AGE/);
    expect(plans).toMatch(/^os +12\.9 +6\/6 +0 +os-\S+-3 +node-\d +Succeeded +AllSucceeded/m);
    expect(batches).toMatch(/^NAME +NODES +SUCCEEDED +FAILED +OVERDUE +AGENT +NOTIFIED +AGE/);
    expect(batches.match(/^os-\S+ +\d +\d +0 +0 +node-\d +True/gm)).toHaveLength(3);
  });
});
