import { afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ANNOTATIONS } from '../../../../src/api/names.ts';
import type { Notification } from '../../../../src/core/notification/model/notification.ts';
import type { ReceivedMessage } from '../../../../src/simulator/programs/message-log.ts';
import { readChannel, type ChannelMessage } from './support/channel.ts';
import { MINUTE, planYaml, Stage } from './support/stage.ts';

jest.setTimeout(120_000);

const LEASES = '/apis/coordination.k8s.io/v1/namespaces/fleet/leases';
const WHY = 'no space left on /boot';
const PROCESSES = `processes:
- name: os
  disruption: None
  job: {template: {spec: {restartPolicy: Never, containers: [{name: upgrade, image: 'registry.example/os:1'}]}}}`;

const headline = ({ text }: ChannelMessage): string => text.split('\n')[0] ?? '';

describe('a batch in which two of three nodes fail', () => {
  let stage: Stage;

  // Two fail at once with the same words, and the third works meanwhile.
  beforeAll(async () => {
    stage = await Stage.open({
      hosts: 3,
      upgrades: ({ host }) =>
        host === 'node-3' ? { kind: 'Succeeds', ms: 15 * MINUTE } : { kind: 'Fails', ms: 6000, message: WHY },
    });
    stage.apply('{apiVersion: v1, kind: Secret, metadata: {name: slack}, stringData: {token: xoxb-test}}');
    const chat = "{name: chat, slack: {channel: '#upgrades', tokenSecretRef: {name: slack, key: token}}}";
    const sinks = `[{name: ops, webhook: {url: 'https://hooks.example/ops'}}, ${chat}]`;
    stage.apply(
      planYaml(`
batches: [{size: 3, maxFailed: 2}]
maxUnavailable: 3
failure: {maxFailed: 2}
${PROCESSES}
notify: {live: true, sinks: ${sinks}}`),
    );
    await stage.pass(2 * MINUTE);
  });

  const channel = (): readonly ChannelMessage[] => readChannel(stage.simulation.messages, 'chat');
  const toOps = (): readonly Notification[] =>
    stage.simulation.messages.flatMap(({ sink, notification }) =>
      sink === 'ops' && notification !== undefined ? [notification] : [],
    );
  const isSettled = (): boolean => stage.batches()[0]?.status?.settledTime !== undefined;

  it('live: has one message from its beginning, which is changed in place', () => {
    const [live] = channel();
    expect(isSettled()).toBe(false);
    expect(live?.text).toContain('\n1 in their turn, 2 failed\n');
    const { uid } = stage.batches()[0]?.metadata ?? {};
    const { receipts = [] } = stage.batches()[0]?.status?.notification ?? {};
    expect(
      receipts
        .find(({ id }) => id === `${uid ?? ''}/live`)
        ?.handle?.split('/')
        .at(-1),
    ).toBe(live?.ts);
  });

  it('alerts: tells of both in one alert while the third still works', () => {
    const alerts = toOps();
    expect(isSettled()).toBe(false);
    expect(alerts).toMatchObject([{ kind: 'Alert', id: `${stage.batches()[0]?.metadata.uid ?? ''}/2`, action: 'Act' }]);
    expect(alerts[0]?.alert?.causes).toMatchObject([{ alert: 'NodeFailed', count: 2, nodes: 'node-[1-2]', message: WHY }]);
    const [live, answer, ...others] = channel();
    expect(answer?.text).toMatch(/^🔴 os 12\.9 · batch 1 · 2 nodes failed · ACT\n/);
    expect(answer?.threadTs).toBe(live?.ts);
    expect(others).toEqual([]);
  });

  it('live: goes on with the same message when the agent is lost', async () => {
    const annotation = (name: string): string => stage.list(LEASES)[0]?.metadata.annotations?.[name] ?? '';
    const lost = annotation(ANNOTATIONS.agentPodUid);
    const updates = channel()[0]?.updates ?? 0;
    stage.simulation.client.delete(`/api/v1/namespaces/fleet/pods/${annotation(ANNOTATIONS.agentPod)}`);

    await stage.pass(2 * MINUTE);

    expect(annotation(ANNOTATIONS.agentPodUid)).not.toBe(lost);
    expect(channel()[0]?.updates).toBeGreaterThan(updates);
    expect(channel()).toHaveLength(2);
    expect(isSettled()).toBe(false);
  });

  it('is told once more when it has settled, in place of the live message as well', async () => {
    await stage.until('the batch is told', () => stage.condition('NotificationsDelivered')?.status === 'True');

    const uid = stage.batches()[0]?.metadata.uid ?? '';
    expect(toOps().map(({ kind, id }) => `${kind} ${id}`)).toEqual([`Alert ${uid}/2`, `BatchSettled ${uid}/1`]);
    expect(toOps()[1]).toMatchObject({ outcome: 'Failed', counts: { succeeded: 1, failed: 2 }, next: { kind: 'Done' } });
    // It is an answer as well, because nobody is told when a message is changed.
    const end = '🏁 os 12.9 · batch 1 of 1 · ENDED 1/3 · ACT';
    expect(channel().map(headline)).toEqual([end, expect.stringContaining('2 nodes failed'), end]);
    expect(channel()[2]?.threadTs).toBe(channel()[0]?.ts);
    const receipts = stage.batches()[0]?.status?.notification?.receipts ?? [];
    expect(receipts.map(({ sink, id, outcome }) => `${sink} ${id.split('/')[1] ?? ''} ${outcome}`).toSorted()).toEqual([
      ...['chat 1 Delivered', 'chat 2 Delivered', expect.stringMatching(/^chat live\S* Delivered$/)],
      ...['ops 1 Delivered', 'ops 2 Delivered'],
    ]);
  });
});

describe('a receiver in trouble', () => {
  const answers: { of: 'nobody' | number } = { of: 200 };
  let stage: Stage;

  // One node for each plan.
  beforeAll(async () => {
    stage = await Stage.open({ hosts: 6 });
    stage.simulation.servers.serve('https://hooks.example/', () =>
      answers.of === 'nobody'
        ? { kind: 'Broken', code: 'ECONNREFUSED' }
        : { kind: 'Answers', status: answers.of, ...(answers.of === 429 ? { retryAfter: '3' } : {}) },
    );
  });
  afterEach(() => {
    answers.of = 200;
  });

  /** A plan for some nodes, one after the other. */
  function rollOut(plan: string, nodes: readonly string[], { webhook = '', notify = '' } = {}): void {
    stage.apply(
      planYaml(
        `
nodeSelector: {matchExpressions: [{key: kubernetes.io/hostname, operator: In, values: [${nodes.join(', ')}]}]}
${PROCESSES}
notify: {${notify} sinks: [{name: ops, webhook: {url: 'https://hooks.example/${plan}'${webhook}}}]}`,
        '',
        plan,
      ),
    );
  }

  const batchesOf = (plan: string): ReturnType<Stage['batches']> => stage.batches().filter(({ spec }) => spec.plan === plan);
  const received = (plan: string): readonly ReceivedMessage[] =>
    stage.simulation.messages.filter(({ url, method }) => method === 'POST' && url.endsWith(`/${plan}`));
  const taken = (plan: string): readonly (string | undefined)[] =>
    received(plan).flatMap(({ accepted, notification }) => (accepted ? [notification?.id] : []));
  const finalIds = (plan: string): readonly string[] => batchesOf(plan).map(({ metadata }) => `${metadata.uid}/1`);
  const until = (plan: string, what: string, holds: () => boolean): Promise<void> =>
    stage.until(`${plan}: ${what}`, holds, 30 * MINUTE);
  const hasSucceeded = (plan: string) => () => stage.plan(plan).status?.summary === 'Succeeded';
  const isTold = (plan: string) => () => stage.condition('NotificationsDelivered', plan)?.status === 'True';
  const isSettled = (plan: string): boolean => batchesOf(plan)[0]?.status?.settledTime !== undefined;

  it('required: is said to lead nowhere while the first batch runs, holds the next batch, and lets it go on by itself', async () => {
    answers.of = 'nobody';
    rollOut('held', ['node-1', 'node-2'], { notify: 'required: true,' });

    await until(
      'held',
      'cannot be reached',
      () => stage.condition('NotificationsDelivered', 'held')?.reason === 'SinkUnreachable',
    );
    expect(stage.condition('NotificationsDelivered', 'held')?.status).toBe('False');
    expect(isSettled('held')).toBe(false);

    await until('held', 'waits', () => stage.plan('held').status?.reason === 'NotificationPending');
    const first = batchesOf('held')[0]?.metadata.name ?? '';
    expect(stage.condition('Ready', 'held')?.message).toContain(`waits until ops received the notification of ${first}`);
    await stage.pass(10 * MINUTE);
    expect(batchesOf('held')).toHaveLength(1);

    answers.of = 200;
    await until('held', 'goes on', hasSucceeded('held'));
    expect(taken('held')).toEqual(finalIds('held'));
    const [one, two] = batchesOf('held');
    const receipt = one?.status?.notification?.receipts?.find(({ id }) => id.endsWith('/1'));
    expect(receipt?.time).toBeDefined();
    expect(Date.parse(two?.metadata.creationTimestamp ?? '')).toBeGreaterThanOrEqual(Date.parse(receipt?.time ?? ''));
  });

  it('gets everything once after it was down for some minutes, and the batch settles meanwhile', async () => {
    answers.of = 'nobody';
    rollOut('down', ['node-3']);
    await until('down', 'settles', () => isSettled('down'));
    await stage.pass(3 * MINUTE);
    expect(taken('down')).toEqual([]);
    expect(stage.condition('NotificationsDelivered', 'down')?.status).not.toBe('True');

    answers.of = 200;
    await until('down', 'is told', isTold('down'));
    await stage.pass(5 * MINUTE);
    expect(taken('down')).toEqual(finalIds('down'));
    const receipt = batchesOf('down')[0]?.status?.notification?.receipts?.find(({ id }) => id.endsWith('/1'));
    expect(receipt?.attempts).toBeGreaterThan(1);
  });

  it('gets one delivery although it answered 429 and 500 before', async () => {
    for (const status of [429, 500, 200]) {
      answers.of = status;
      if (status === 429) rollOut('busy', ['node-4']);
      const before = received('busy').length;
      await until('busy', `is answered with ${status}`, () => received('busy').length > before);
    }
    await until('busy', 'is told', isTold('busy'));
    await stage.pass(5 * MINUTE);

    expect(received('busy').length).toBeGreaterThan(2);
    expect(taken('busy')).toEqual(finalIds('busy'));
  });

  it('gets nothing unsigned when the Secret is missing, which is said, while the upgrade goes on', async () => {
    rollOut('unsigned', ['node-5', 'node-6'], { webhook: ', signingSecretRef: {name: nowhere, key: secret}' });

    const isSaid = (): boolean =>
      batchesOf('unsigned').every(({ status }) =>
        status?.conditions?.some(({ type, reason }) => type === 'Notified' && reason === 'SecretMissing'),
      );
    await until('unsigned', 'is done', () => hasSucceeded('unsigned')() && isSaid());
    expect(batchesOf('unsigned')).toHaveLength(2);
    expect(stage.condition('NotificationsDelivered', 'unsigned')?.status).toBe('False');
    expect(stage.simulation.messages.filter(({ url, method }) => method === 'POST' && url.endsWith('/unsigned'))).toEqual([]);
  });
});
