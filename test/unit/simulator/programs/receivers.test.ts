import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Receiver, ReceiverAnswer } from '../../../../src/simulator/programs/receiver.ts';
import type { ReceivedMessage } from '../../../../src/simulator/programs/message-log.ts';
import { OneNode } from './support/one-node.ts';

// Each test takes a second of an idle machine.
jest.setTimeout(60_000);

const HOOK = 'https://hooks.example/ops';
const OPS = { name: 'ops', webhook: { url: HOOK } };
const MAIL = { name: 'mail', email: { to: ['ops@example.com'], from: 'baton@example.com', smtpSecretRef: { name: 'smtp' } } };
const CHAT = { name: 'chat', slack: { channel: '#ops', tokenSecretRef: { name: 'slack', key: 'token' } } };

const ACCEPTS: ReceiverAnswer = { kind: 'Answers', status: 200 };

/** Gives the answers one after the other, the last one for ever; a probe is always accepted. */
function answering(...answers: readonly ReceiverAnswer[]): Receiver {
  let next = 0;
  return ({ method }) => {
    if (method === 'HEAD') return ACCEPTS;
    const answer = answers[Math.min(next, answers.length - 1)];
    next += 1;
    return answer ?? ACCEPTS;
  };
}

describe('Receivers outside of the cluster', () => {
  let world: OneNode;
  beforeEach(() => {
    world = new OneNode();
  });

  /** Rolls out a plan of one node, and returns what its sinks have sent ten minutes later. */
  async function sentBy(
    sinks: readonly object[],
    { env = {}, live = false }: { readonly env?: Readonly<Record<string, string>>; readonly live?: boolean } = {},
  ): Promise<readonly ReceivedMessage[]> {
    world.startOperator(env);
    world.applyPlan(sinks, {}, live ? { notify: { sinks, live } } : {});
    await world.until(() => world.jobs().length === 1);
    await world.pass(60);
    world.completeJob(world.jobs()[0]?.metadata.name ?? '');
    await world.pass(600);
    return world.messages.messages.filter(({ notification }) => notification !== undefined);
  }

  it.each<{ title: string; answers: readonly ReceiverAnswer[]; accepted: readonly boolean[] }>([
    { title: 'answers 503', answers: [{ kind: 'Answers', status: 503 }, ACCEPTS], accepted: [false, true] },
    { title: 'never answers', answers: [{ kind: 'Silent' }, { kind: 'Silent' }, ACCEPTS], accepted: [false, false, true] },
    { title: 'answers too late', answers: [{ ...ACCEPTS, afterMs: 60_000 }, ACCEPTS], accepted: [true, true] },
    { title: 'breaks connections', answers: [{ kind: 'Broken', code: 'ECONNRESET' }, ACCEPTS], accepted: [false, true] },
    { title: 'rejects the message for good', answers: [{ kind: 'Answers', status: 400 }], accepted: [false] },
  ])('get the message again only if that may help: one that $title', async ({ answers, accepted }) => {
    world.servers.serve('https://hooks.example/', answering(...answers));

    const sent = await sentBy([OPS]);

    expect(sent.map((message) => message.accepted)).toEqual(accepted);
    expect(new Set(sent.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(world.condition('NotificationsDelivered')).toBe(accepted.includes(true) ? 'True' : 'False');
  });

  it('are reached only if the administrator allows their address', async () => {
    const sent = await sentBy([OPS, { ...OPS, name: 'allowed', webhook: { url: 'https://allowed.example/' } }], {
      env: { BATON_SINK_ALLOW: 'allowed.example' },
    });

    expect(sent.map(({ sink }) => sink)).toEqual(['allowed']);
  });

  it('are chosen by the longest prefix', async () => {
    world.servers.serve('https://hooks.example/', answering({ kind: 'Answers', status: 400 }));
    world.servers.serve(HOOK, answering(ACCEPTS));

    expect((await sentBy([OPS])).map(({ accepted }) => accepted)).toEqual([true]);
  });

  it('show live messages that are updated in place', async () => {
    world.files.write('/var/run/baton/sinks/chat/slack/token', 'xoxb-1');

    const sent = await sentBy([CHAT], { live: true });

    const methods = sent.map(
      ({ url, notification }) => `${url.replace('https://slack.com/api/', '')} ${notification?.kind ?? ''}`,
    );
    expect(methods[0]).toBe('chat.postMessage Progress');
    expect(methods.at(-1)).toBe('chat.update BatchSettled');
  });

  it('may be mail servers that reject', async () => {
    world.files.write('/var/run/baton/sinks/mail/smtp/host', 'smtp.example');
    world.mail.answerWith(({ host }) =>
      host === 'smtp.example' ? { kind: 'Rejects', failure: { responseCode: 550 } } : { kind: 'Accepts' },
    );

    const sent = await sentBy([MAIL]);

    expect(sent.map(({ method, accepted }) => ({ method, accepted }))).toEqual([{ method: 'MAIL', accepted: false }]);
    expect(world.condition('NotificationsDelivered')).toBe('False');
  });

  it('may be mail servers that never answer', async () => {
    world.files.write('/var/run/baton/sinks/mail/smtp/host', 'smtp.example');
    let calls = 0;
    world.mail.answerWith((_settings, email) => {
      if (email !== undefined) calls += 1;
      return calls === 1 ? { kind: 'Silent' } : { kind: 'Accepts' };
    });

    const sent = await sentBy([MAIL]);

    expect(sent.map(({ accepted }) => accepted)).toEqual([false, true]);
    // The timeout of the sink comes first.
    expect((sent[1]?.time ?? 0) - (sent[0]?.time ?? 0)).toBeGreaterThan(20_000);
  });

  it('answer the gates of plans, with the credentials of the administrator', async () => {
    const tokens = new Set<string | undefined>();
    let status = 503;
    world.files.write('/var/run/baton/credentials/monitoring/token', 'secret');
    world.servers.serve('https://status.example/', ({ headers }) => {
      tokens.add(headers['authorization']);
      return { kind: 'Answers', status };
    });
    world.startOperator({ BATON_GATE_CREDENTIALS: JSON.stringify([{ name: 'monitoring', hosts: ['status.example'] }]) });
    const http = { url: 'https://status.example/', expectStatus: 200, credential: 'monitoring' };
    world.applyPlan([], {}, { gates: [{ name: 'open', http }] });

    await world.pass(300);
    expect(world.jobs()).toEqual([]);
    status = 200;
    await world.until(() => world.jobs().length === 1);

    expect([...tokens]).toEqual(['Bearer secret']);
  });
});
