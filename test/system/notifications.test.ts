import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { UpgradeBatch } from '../../src/api/generated/upgradebatch.ts';
import { ANNOTATIONS } from '../../src/api/names.ts';
import { finalReceipts } from '../../src/core/baton/deliveries.ts';
import type { Notification } from '../../src/core/notification/model/notification.ts';
import { startReceiver, type ReceivedRequest, type Receiver } from '../adapter/notify/receiver.ts';
import { startSlackServer, type SlackServer } from '../adapter/notify/slack-server.ts';
import { waitFor } from '../cluster/wait-for.ts';
import { startAlertmanager, type Alertmanager, type ListedSilence } from '../support/alertmanager.ts';
import { nodesNamed, planManifest } from '../support/fleet.ts';
import { findCondition } from '../support/kubernetes-objects.ts';
import { paste } from '../support/paste.ts';
import { print } from '../support/print.ts';
import { hasSucceeded, readRollout, waitForRollout } from '../support/rollout.ts';
import { openSystem, openTimeoutMs, waitForFreeNodes, type System } from '../support/system-cluster.ts';

const failing = ['node-1', 'node-2'];
const working = 'node-3';
const why = 'no space left on /boot';

let system: System;
let slack: SlackServer;
let alertmanager: Alertmanager;
/** A webhook, which upgrades also ask whether they may end. */
let ops: Receiver;
const mayEnd = new Set<string>();
/** Namespaces of the two rollouts, which run at the same time on nodes of their own. */
let troubled: string;
let held: string;

beforeAll(async () => {
  system = await openSystem();
  const { cluster, kubectl } = system;
  slack = await startSlackServer(cluster.hostAddress);
  alertmanager = await startAlertmanager(cluster.hostAddress);
  const isWell = ({ method, path }: ReceivedRequest): boolean => method !== 'GET' || mayEnd.has(path);
  ops = await startReceiver(
    (response, request) => response.writeHead(isWell(request) ? 204 : 503).end(),
    undefined,
    cluster.hostAddress,
  );
  troubled = await system.createNamespace();
  held = await system.createNamespace();
  await system.receiver.behave({ kind: 'refuse' });
  const token = { metadata: { name: 'slack', namespace: troubled }, stringData: { token: 'xoxb-test' } };
  await kubectl.apply({ apiVersion: 'v1', kind: 'Secret', ...token }, troubledPlan(), heldPlan());
}, openTimeoutMs);
afterAll(async () => {
  await Promise.all([slack.close(), alertmanager.close(), ops.close()]);
  await system.close();
}, 180_000);

/** Works until the test lets what asks so end. */
function workUntilAllowed(path: string): string {
  return `until wget -q -O /dev/null http://${ops.host}${path}; do sleep 1; done`;
}

/** Three nodes at once: two fail with the same words, and the third works until it may end. */
function troubledPlan(): unknown {
  const script = [
    `if [ "$BATON_NODE" = ${working} ]; then ${workUntilAllowed('/troubled')}; exit 0; fi`,
    `sleep 6; echo "${why}" > /dev/termination-log; exit 1`,
  ].join('\n');
  return planManifest({
    namespace: troubled,
    nodeSelector: nodesNamed(...failing, working),
    batches: [{ size: 3, maxFailed: 2 }],
    maxUnavailable: 3,
    maxFailed: 2,
    processes: [{ name: 'os', script, disruption: 'None' }],
    notify: {
      live: true,
      silences: {
        alertmanager: { url: alertmanager.url },
        matchers: [{ name: 'instance', value: '$(BATON_NODE)(:[0-9]+)?', type: 'Regex' }],
      },
      sinks: [
        { name: 'ops', webhook: { url: ops.url } },
        { name: 'chat', slack: { channel: '#upgrades', tokenSecretRef: { name: 'slack', key: 'token' }, apiUrl: slack.apiUrl } },
      ],
    },
  });
}

/** Two nodes, one after the other, for a receiver that is down. */
function heldPlan(): unknown {
  return planManifest({
    namespace: held,
    nodeSelector: nodesNamed('node-4', 'node-5'),
    batches: [{ size: 1 }],
    processes: [{ name: 'os', script: workUntilAllowed('/held'), disruption: 'None' }],
    sinkUrl: system.sinkUrl(held),
    signed: true,
    notify: { required: true },
  });
}

/** What the webhook got, in order. */
function told(): readonly Notification[] {
  return ops.requests.filter(({ method }) => method === 'POST').map(({ body }) => JSON.parse(body) as Notification);
}

/** The first line of each message in the channel. */
function headlines(): readonly string[] {
  return slack.messages.map(({ text }) => text.split('\n')[0] ?? '');
}

/** The batch of the rollout in trouble, which is still under way. */
async function runningBatch(): Promise<UpgradeBatch> {
  const [batch] = (await readRollout(system.kubectl, troubled)).batches;
  expect(findCondition(batch, 'Settled')?.status).not.toBe('True');
  return batch!;
}

/** The handle of the live message, as the batch's status has it. */
function liveHandle({ metadata, status }: UpgradeBatch): string | undefined {
  return status?.notification?.receipts?.find(({ id }) => id === `${metadata.uid}/live`)?.handle;
}

async function silenceOf(node: string): Promise<ListedSilence | undefined> {
  const silences = await alertmanager.silences();
  return silences.find(({ matchers }) => matchers[0]?.value === `${node}(:[0-9]+)?`);
}

describe('required: true, while the receiver is down', () => {
  it('is said to lead nowhere while the first batch still runs', async () => {
    const { plan, batches } = await waitForRollout(system.kubectl, {
      namespace: held,
      what: 'the plan to say that its sink cannot be reached',
      until: (rollout) => findCondition(rollout.plan, 'NotificationsDelivered')?.reason === 'SinkUnreachable',
    });

    print(findCondition(plan, 'NotificationsDelivered')?.message);
    expect(findCondition(plan, 'NotificationsDelivered')?.status).toBe('False');
    expect(batches.map((batch) => findCondition(batch, 'Settled')?.status)).toEqual(['False']);
  }, 120_000);

  it('holds the next batch, says what it waits for, and goes on by itself when the receiver is back', async () => {
    mayEnd.add('/held');
    const waiting = await waitForRollout(system.kubectl, {
      namespace: held,
      what: 'the plan to wait for its notification',
      until: ({ plan }) => plan?.status?.reason === 'NotificationPending',
    });
    const first = waiting.batches[0]?.metadata.name;
    print(findCondition(waiting.plan, 'Ready')?.message);
    expect(findCondition(waiting.plan, 'Ready')?.message).toContain(`waits until ops received the notification of ${first}`);
    expect(waiting.batches).toHaveLength(1);

    await system.receiver.behave({ kind: 'accept' });
    const { batches } = await waitForRollout(system.kubectl, { namespace: held, what: 'the plan to go on', until: hasSucceeded });

    expect((await system.deliveries(held)).map(({ id }) => id)).toEqual(batches.map(({ metadata }) => `${metadata.uid}/1`));
    expect(batches).toHaveLength(2);
    const received = finalReceipts(batches[0]?.status?.notification)[0]?.time;
    expect(Date.parse(batches[1]?.metadata.creationTimestamp ?? '')).toBeGreaterThanOrEqual(Date.parse(received ?? ''));
  }, 180_000);
});

describe('a batch in which two of three nodes fail', () => {
  it('live: has one message from its beginning, which is changed in place', async () => {
    await waitFor(() => slack.messages[0]?.text.includes('\n1 in their turn, 2 failed\n'), {
      what: 'the live message to be changed',
      timeoutMs: 60_000,
    });

    const batch = await runningBatch();
    expect(liveHandle(batch)).toBe(`${slack.messages[0]?.channel}/${slack.messages[0]?.ts}`);
  }, 120_000);

  it('alerts: tells of both in one alert while the third still works', async () => {
    await waitFor(() => told().length > 0 && slack.messages.length > 1, { what: 'the alert', timeoutMs: 60_000 });

    const { metadata } = await runningBatch();
    const [alert] = told();
    print(alert?.text);
    expect(told()).toHaveLength(1);
    expect(alert).toMatchObject({ kind: 'Alert', id: `${metadata.uid}/2`, action: 'Act' });
    expect(alert?.alert?.causes).toMatchObject([{ alert: 'NodeFailed', count: 2, nodes: 'node-[1-2]', message: why }]);
    expect(headlines()[1]).toBe('🔴 system · os 12.9 · batch 1 · 2 nodes failed · ACT');
    expect(slack.messages[1]?.threadTs).toBe(slack.messages[0]?.ts);
  }, 90_000);

  it('silences: keeps the node in its turn quiet, and lets those that failed page at once', async () => {
    const { status } = await runningBatch();
    for (const node of [...failing, working]) await alertmanager.fire({ alertname: 'HostDown', instance: `${node}:9100` });

    const quiet = (await alertmanager.firing()).filter((alert) => alert.status.silencedBy.length > 0);
    expect(quiet.map(({ labels }) => labels['instance'])).toEqual([`${working}:9100`]);
    for (const node of failing) {
      const silence = await silenceOf(node);
      const failed = status?.nodes?.find(({ name }) => name === node)?.endTime;
      expect(silence?.status.state).toBe('expired');
      expect(Math.abs(Date.parse(silence?.endsAt ?? '') - Date.parse(failed ?? ''))).toBeLessThan(10_000);
    }
  }, 30_000);

  it('live: goes on with the same message when the agent is lost', async () => {
    const before = (await readRollout(system.kubectl, troubled)).lease?.metadata.annotations;
    // The agent that is lost has told of these counts, and has nothing more to say.
    const updates = slack.messages[0]?.updates ?? 0;
    await system.kubectl.run(['delete', 'pod', before?.[ANNOTATIONS.agentPod] ?? '', '--namespace', troubled, '--wait=false']);

    await waitForRollout(system.kubectl, {
      namespace: troubled,
      what: 'another agent to change the live message',
      until: ({ lease }) =>
        lease?.metadata.annotations?.[ANNOTATIONS.agentPodUid] !== before?.[ANNOTATIONS.agentPodUid] &&
        (slack.messages[0]?.updates ?? 0) > updates,
    });

    await runningBatch();
    expect(slack.messages).toHaveLength(2);
  }, 120_000);

  it('is told once more when it has settled, in place of the live message as well', async () => {
    mayEnd.add('/troubled');
    const { batches } = await waitForRollout(system.kubectl, {
      namespace: troubled,
      what: 'the batch to be told',
      until: (rollout) => findCondition(rollout.batches[0], 'Notified')?.status === 'True',
    });

    const { uid } = batches[0]!.metadata;
    const final = told().at(-1);
    print(final?.text);
    expect(told().map(({ kind, id }) => `${kind} ${id}`)).toEqual([`Alert ${uid}/2`, `BatchSettled ${uid}/1`]);
    expect(final).toMatchObject({ outcome: 'Failed', counts: { succeeded: 1, failed: 2 }, next: { kind: 'Done' } });
    // It is an answer as well, because nobody is told when a message is changed.
    const end = '🏁 system · os 12.9 · batch 1 of 1 · ENDED 1/3 · ACT';
    expect(headlines()).toEqual([end, expect.stringContaining('2 nodes failed'), end]);
    expect(slack.messages[2]?.threadTs).toBe(slack.messages[0]?.ts);
    const receipts = batches[0]?.status?.notification?.receipts ?? [];
    expect(receipts.map(({ sink, id, outcome }) => `${sink} ${id.split('/')[1]} ${outcome}`).toSorted()).toEqual([
      ...['chat 1 Delivered', 'chat 2 Delivered', 'chat live Delivered'],
      ...['ops 1 Delivered', 'ops 2 Delivered'],
    ]);
  }, 90_000);

  it('silences: leaves the silence of the node that ended well to run out within five minutes', async () => {
    const silence = await silenceOf(working);

    expect(silence?.status.state).toBe('active');
    expect(Date.parse(silence?.endsAt ?? '') - Date.now()).toBeLessThan(300_000);
  }, 30_000);

  it('is over when somebody has pasted the command of the alert', async () => {
    await paste(system.cluster, told()[0], 'Release');

    await waitForFreeNodes(system.kubectl);
  }, 90_000);
});
