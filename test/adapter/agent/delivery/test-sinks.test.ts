import { describe, expect, it } from '@jest/globals';
import { testSinks } from '../../../../src/agent/delivery/test-sinks.ts';
import type { Notification } from '../../../../src/core/notification/model/notification.ts';
import type { SendResult } from '../../../../src/core/notification/model/send-result.ts';
import { systemClock } from '../../../../src/runtime/clock.ts';
import { aPlan } from '../../../unit/core/rollout/support/objects.ts';

const sinks = ['ops', 'chat'].map((name) => ({ name, webhook: { url: 'https://hooks.example/' } }));
const plan = { ...aPlan(), spec: { ...aPlan().spec, notify: { sinks } } };

async function run(answers: Record<string, SendResult>, sink = '') {
  const sent: Notification[] = [];
  const results = await testSinks({
    ...{ plan, sink, cluster: 'prod', now: Date.parse('2026-11-21T22:00:00Z'), random: () => 0.5 },
    setTimer: systemClock.setTimer,
    createSink: ({ name }) => ({
      name,
      preview: () => ({ contentType: 'text/plain', body: '' }),
      send: (notification) => {
        sent.push(notification);
        return Promise.resolve(answers[name] ?? { kind: 'Delivered' });
      },
    }),
  });
  return { sent, results };
}

describe('a test of sinks', () => {
  it('sends each sink a sample that says that it is one', async () => {
    const { sent, results } = await run({});
    expect(results).toEqual([
      { sink: 'ops', outcome: 'Delivered' },
      { sink: 'chat', outcome: 'Delivered' },
    ]);
    expect(sent[0]).toMatchObject({
      kind: 'Test',
      cluster: 'prod',
      text: expect.stringMatching(/^TEST, nothing of this has happened\n/),
    });
    expect(sent[0]?.id).toMatch(/^[0-9-]+\/1$/);
  });

  it('returns the result of each sink', async () => {
    const { results } = await run({
      ops: { kind: 'Retry', reason: 'NoAnswer', message: 'hooks.example: ENOTFOUND' },
      chat: { kind: 'Delivered', remark: { reason: 'TemplateFailed', message: 'the template failed: x' } },
    });
    expect(results).toEqual([
      { sink: 'ops', outcome: 'Failed', reason: 'NoAnswer', message: 'hooks.example: ENOTFOUND' },
      { sink: 'chat', outcome: 'Delivered', reason: 'TemplateFailed', message: 'the template failed: x' },
    ]);
  });

  it('tests a single sink', async () => {
    expect((await run({}, 'chat')).results.map(({ sink }) => sink)).toEqual(['chat']);
  });
});
