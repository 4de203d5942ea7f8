import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Sink } from '../../src/api/generated/upgradeplan.ts';
import { startSlackServer, type SlackServer } from '../adapter/notify/slack-server.ts';
import { startVerifyingReceiver, type VerifyingReceiver } from '../adapter/notify/verifying-receiver.ts';
import { startAlertmanager, type Alertmanager } from '../support/alertmanager.ts';
import { planManifest, signingSecret } from '../support/fleet.ts';
import { findCondition, type Event } from '../support/kubernetes-objects.ts';
import { startMailServer, type MailServer } from '../support/mail-server.ts';
import { print } from '../support/print.ts';
import { readMail } from '../support/read-mail.ts';
import { hasSucceeded, waitForRollout, type Rollout } from '../support/rollout.ts';
import { work } from '../support/scripts.ts';
import { openSystem, openTimeoutMs, type System } from '../support/system-cluster.ts';

let system: System;
let namespace: string;
let mail: MailServer;
let alertmanager: Alertmanager;
let slack: SlackServer;
let ops: VerifyingReceiver;
let rollout: Rollout;

/** Two storage nodes, one after the other, told to receivers of every kind that can be had as they are. */
beforeAll(async () => {
  system = await openSystem();
  const { kubectl, cluster } = system;
  mail = await startMailServer(cluster.hostAddress);
  alertmanager = await startAlertmanager(cluster.hostAddress);
  slack = await startSlackServer(cluster.hostAddress);
  ops = await startVerifyingReceiver(system.signingKey, cluster.hostAddress);
  namespace = await system.createNamespace();
  await kubectl.apply(
    smtpSecret(namespace, mail),
    secret(namespace, 'slack', { token: 'xoxb-test' }),
    secret(namespace, 'ops-ca', { 'ca.crt': ops.ca }),
    sharedSinks('our-sinks', [
      {
        name: 'ops',
        connection: { tls: { caSecretRef: { name: 'ops-ca', key: 'ca.crt' } } },
        webhook: { url: ops.url, signingSecretRef: signingSecret },
      },
      { name: 'mail', email: { to: ['ops@example.com'], from: 'baton@example.com', smtpSecretRef: { name: 'smtp' } } },
    ]),
    upgradeOfStorage('os', 'our-sinks', [
      { name: 'alerts', alertmanager: { url: alertmanager.url } },
      { name: 'cluster', events: {} },
      { name: 'chat', slack: { channel: '#upgrades', tokenSecretRef: { name: 'slack', key: 'token' }, apiUrl: slack.apiUrl } },
    ]),
  );
  rollout = await waitForRollout(kubectl, {
    namespace,
    what: 'the rollout to succeed and every sink to be told',
    timeoutMs: 180_000,
    until: (seen) => hasSucceeded(seen) && seen.batches.every((batch) => findCondition(batch, 'Notified')?.status === 'True'),
  });
}, openTimeoutMs);
afterAll(async () => {
  await Promise.all([mail.close(), alertmanager.close(), slack.close(), ops.close()]);
  await system.close();
}, 180_000);

/** A plan for the two storage nodes, one after the other, with sinks of its own and shared ones. */
function upgradeOfStorage(name: string, shared: string, sinks: readonly Sink[]): unknown {
  return planManifest({
    namespace,
    name,
    batches: [{ size: 1 }],
    nodeSelector: { matchLabels: { storage: 'yes' } },
    processes: [{ name: 'os', script: work(1), disruption: 'None' }],
    notify: { sinksFrom: [{ configMapRef: { name: shared } }], sinks },
  });
}

function sharedSinks(name: string, sinks: readonly object[]): object {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data: { 'sinks.yaml': JSON.stringify(sinks) } };
}

function smtpSecret(inNamespace: string, server: MailServer): object {
  const { host, port, user: username, password, certificate } = server;
  return secret(inNamespace, 'smtp', { host, port: String(port), username, password, 'ca.crt': certificate });
}

function secret(inNamespace: string, name: string, stringData: Readonly<Record<string, string>>): object {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: inNamespace }, stringData };
}

/** The ids of the batches' notifications, in order. */
function ids(): string[] {
  return rollout.batches.map(({ metadata }) => `${metadata.uid}/1`);
}

describe('a rollout in two batches tells each sink once a batch', () => {
  it('and has a receipt for each', () => {
    const receipts = rollout.batches.map(({ status }) =>
      (status?.notification?.receipts ?? [])
        .map(({ sink, outcome, remark }) => `${sink} ${outcome}${remark?.reason ?? ''}`)
        .toSorted(),
    );

    const each = ['alerts Delivered', 'chat Delivered', 'cluster Delivered', 'mail Delivered', 'ops Delivered'];
    expect(receipts).toEqual([each, each]);
  });

  it('webhook: by HTTPS with an authority of its own, signed as the library of Standard Webhooks verifies it', () => {
    expect(ops.taken.map(({ id }) => id)).toEqual(ids());
  });

  it('email: by STARTTLS with the login of the Secret, as one thread', () => {
    const mails = mail.mails.map(({ raw }) => readMail(raw));

    print(mails[0]?.text);
    expect(mail.mails.map(({ user, encrypted, to }) => ({ user, encrypted, to }))).toEqual(
      ids().map(() => ({ user: 'baton', encrypted: true, to: ['ops@example.com'] })),
    );
    expect(mails.map(({ headers }) => headers.get('message-id'))).toEqual(
      ids().map((id) => `<baton.${id.replace('/', '.')}@example.com>`),
    );
    const thread = `<baton.${rollout.plan?.metadata.uid ?? ''}.${rollout.batches[0]?.spec.revision ?? ''}@example.com>`;
    for (const { headers } of mails) {
      expect(headers.get('references')).toBe(thread);
      expect(headers.get('in-reply-to')).toBe(thread);
    }
  });

  it('alertmanager: an alert for each batch, and none of trouble', async () => {
    const own = (await alertmanager.firing()).filter(({ labels }) => labels['namespace'] === namespace);

    expect(own.map(({ annotations }) => annotations['notification']).toSorted()).toEqual(ids().toSorted());
    expect(new Set(own.map(({ labels }) => labels['alertname']))).toEqual(new Set(['BatonUpgradeBatchSettled']));
  });

  it('slack: a message for each batch in the channel, with its handle in the receipt', () => {
    const handles = rollout.batches.map(
      ({ status }) => status?.notification?.receipts?.find(({ sink }) => sink === 'chat')?.handle,
    );

    expect(slack.messages.map(({ channel, ts }) => `${channel}/${ts}`)).toEqual(handles);
  });

  it('events: about the plan, in the name of the node that held the baton', async () => {
    const events = await system.kubectl.list<Event>('events.v1.events.k8s.io', namespace);
    const told = events.filter((event) => event.reportingController === 'baton.dev/agent');

    expect(told.map(({ regarding }) => regarding?.name)).toEqual(['os', 'os']);
    expect(told.map((event) => event.reportingInstance).toSorted()).toEqual(
      rollout.batches.map(({ status }) => status?.agent).toSorted(),
    );
    expect(await system.kubectl.run(['describe', 'uplan', 'os', '--namespace', namespace])).toContain('BatchSettled');
  });
});

describe('sinksFrom: a list that is wrong', () => {
  it('starts nothing, and the plan says what is wrong and where', async () => {
    await system.kubectl.apply(
      sharedSinks('wrong-sinks', [{ name: 'ops', webhook: { url: 'nowhere' } }]),
      upgradeOfStorage('wrong', 'wrong-sinks', []),
    );

    const { plan, batches } = await waitForRollout(system.kubectl, {
      namespace,
      name: 'wrong',
      what: 'the plan to say what is wrong with its sinks',
      until: (seen) => seen.plan?.status?.reason === 'SinksUnreadable',
    });

    const message = findCondition(plan, 'Ready')?.message;
    print(message);
    expect(message).toContain('the ConfigMap wrong-sinks, key sinks.yaml: [0].webhook.url: ');
    expect(batches).toEqual([]);
  }, 60_000);
});
