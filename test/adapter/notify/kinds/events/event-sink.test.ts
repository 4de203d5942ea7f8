import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { kubeEventWriter } from '../../../../../src/agent/kube/kube-event-writer.ts';
import type { SendResult } from '../../../../../src/core/notification/model/send-result.ts';
import { createEventSink } from '../../../../../src/notify/kinds/events/event-sink.ts';
import { notificationOf } from '../../../../unit/notify/notification-of.ts';
import { ClientHarness } from '../../../kube/support/client-harness.ts';
import { sendJson, sendStatus, type Answer } from '../../../kube/support/loopback-server.ts';

let harness: ClientHarness;
beforeEach(() => {
  harness = new ClientHarness();
});
afterEach(() => harness.close());

async function send(answer: Answer, scenario = 'paused'): Promise<SendResult> {
  const client = await harness.clientFor(answer, 1_000);
  const events = kubeEventWriter(client, { namespace: 'fleet', node: 'node-217' });
  const { signal } = new AbortController();
  return createEventSink('cluster', {}, { events }).send(notificationOf(scenario), {
    signal,
    now: Date.parse('2026-11-21T22:54:06Z'),
  });
}

function status(code: number, reason: string): Answer {
  return (_request, response) => {
    sendStatus(response, code, reason);
  };
}

describe('The sink events', () => {
  it("creates an Event in the plan's namespace, in the name of the agent's node", async () => {
    expect(
      await send((_request, response) => {
        sendJson(response, 201, {});
      }),
    ).toEqual({ kind: 'Delivered' });

    expect(harness.requests).toHaveLength(1);
    expect(harness.requests[0]).toMatchObject({ method: 'POST', path: '/apis/events.k8s.io/v1/namespaces/fleet/events' });
    expect(JSON.parse(harness.requests[0]?.body ?? '')).toMatchObject({
      reportingController: 'baton.dev/agent',
      reportingInstance: 'node-217',
      eventTime: '2026-11-21T22:54:06.000000Z',
    });
  });

  it('names it the same each time, and differently for another notification', async () => {
    const names: string[] = [];
    const remember: Answer = ({ body }, response) => {
      names.push((JSON.parse(body) as { readonly metadata: { readonly name: string } }).metadata.name);
      sendJson(response, 201, {});
    };

    for (const scenario of ['paused', 'paused', 'clean']) await send(remember, scenario);

    expect(names[0]).toMatch(/^baton-notification-[0-9a-f]{32}$/);
    expect(names[1]).toBe(names[0]);
    expect(names[2]).not.toBe(names[0]);
  });

  it.each([
    { title: 'that exists already', answer: status(409, 'AlreadyExists'), result: { kind: 'Delivered' } },
    { title: 'that is forbidden', answer: status(403, 'Forbidden'), result: { kind: 'Permanent', reason: 'Refused' } },
    { title: 'that a policy rejects', answer: status(422, 'Invalid'), result: { kind: 'Permanent', reason: 'Refused' } },
    {
      title: 'that is too large',
      answer: status(413, 'RequestEntityTooLarge'),
      result: { kind: 'Permanent', reason: 'Refused' },
    },
    { title: 'at a busy server', answer: status(429, 'TooManyRequests'), result: { kind: 'Retry', reason: 'RateLimited' } },
    { title: 'at a broken server', answer: status(500, 'InternalError'), result: { kind: 'Retry', reason: 'Unavailable' } },
    { title: 'at a silent server', answer: () => undefined, result: { kind: 'Retry', reason: 'NoAnswer' } },
  ] satisfies { title: string; answer: Answer; result: object }[])(
    'says of an Event $title $result',
    async ({ answer, result }) => {
      expect(await send(answer)).toMatchObject(result);
    },
  );

  it('is retried only by the agent, because the client cannot know whether it was created', async () => {
    await send(status(500, 'InternalError'));

    expect(harness.requests).toHaveLength(1);
  });
});
