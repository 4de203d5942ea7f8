import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import type { Sink as SinkSpec } from '../../../src/api/generated/upgradeplan.ts';
import { createSink } from '../../../src/notify/create-sink.ts';
import type { SinkPreview } from '../../../src/notify/sink.ts';
import { aClient, NOTIFICATION, onlyHttp, SinkWorld } from './a-sink.ts';
import { startReceiver, type Answer, type Receiver } from './receiver.ts';

const KEY = 'a-secret-of-enough-bytes-for-hmac';
let world: SinkWorld;
beforeEach(() => {
  world = new SinkWorld();
});
afterEach(() => world.close());

function answering(status: number): Answer {
  return (response) => response.writeHead(status).end();
}

async function receiver(answer?: Answer): Promise<Receiver> {
  return world.keep(startReceiver(answer));
}

function chat(url: string, template: string, contentType?: string): SinkSpec {
  const webhook = { url, signingSecretRef: { name: 'chat', key: 'secret' } };
  world.secret('chat', 'chat', { secret: KEY });
  return { name: 'chat', template, webhook: { ...webhook, ...(contentType === undefined ? {} : { contentType }) } };
}

describe('sinks[].template', () => {
  it('renders the whole body of a webhook, which is signed like any other', async () => {
    const discord = await receiver();
    const template = '{"content": {{ text | truncate: 20 | json }}}';
    await expect(world.send(chat(discord.url, template))).resolves.toEqual({ kind: 'Delivered' });
    const [request] = discord.requests;
    expect(request?.headers['content-type']).toBe('application/json');
    expect(JSON.parse(request?.body ?? '')).toEqual({ content: `${NOTIFICATION.text.slice(0, 17)}...` });
    const signed = new Webhook(KEY, { format: 'raw' });
    expect(() => signed.verify(request?.body ?? '', request?.headers as Record<string, string>)).not.toThrow();
  });

  it('may render something other than JSON', async () => {
    const ntfy = await receiver();
    await world.send(chat(ntfy.url, 'batch {{ batch.index }} of {{ plan.name }}', 'text/plain; charset=utf-8'));
    expect(ntfy.requests[0]).toMatchObject({ body: expect.stringMatching(/^batch \d+ of kernel$/) });
    expect(ntfy.requests[0]?.headers['content-type']).toBe('text/plain; charset=utf-8');
  });

  it('is replaced by the built-in text if it fails, and the receipt says so', async () => {
    const ops = await receiver();
    const result = await world.send(chat(ops.url, '{{ text | shout }}', 'text/plain'));
    expect(result).toEqual({
      kind: 'Delivered',
      remark: { reason: 'TemplateFailed', message: expect.stringContaining('shout') },
    });
    expect(JSON.parse(ops.requests[0]?.body ?? '')).toEqual(JSON.parse(JSON.stringify(NOTIFICATION)));
    expect(ops.requests[0]?.headers['content-type']).toBe('application/json');
  });

  it('is named as the cause if the receiver rejects the built-in text as well', async () => {
    const discord = await receiver(answering(400));
    await expect(world.send(chat(discord.url, '{% if %}'))).resolves.toMatchObject({
      kind: 'Permanent',
      reason: 'TemplateFailed',
      message: expect.stringMatching(/^HTTP 400 from .*; the template failed/),
    });
  });

  it('is rendered again for a retry', async () => {
    const down = await receiver(answering(503));
    await expect(world.send(chat(down.url, '{% if %}'))).resolves.toMatchObject({ kind: 'Retry', reason: 'Unavailable' });
  });

  const preview = (spec: SinkSpec): SinkPreview =>
    createSink(spec, { http: aClient(), ...onlyHttp, userAgent: '', secretsDirectory: '' }).preview(NOTIFICATION);

  it('shows its text in a preview, or why it fails', () => {
    expect(preview(chat('https://hooks.example/', '{{ plan.name }}')).body).toBe('kernel');
    expect(preview(chat('https://hooks.example/', '{% if %}')).problem).toContain('the template failed');
  });

  it('renders texts for people without control characters and direction marks', () => {
    const template = '\n🔴 {{ plan.name }}\u202e\r\nBcc: x@example.com\u0007\u2028\tend\n';
    const email = { to: ['ops@example.com'], from: 'baton@example.com', smtpSecretRef: { name: 'smtp' } };
    expect(preview({ name: 'mail', template, email }).body).toMatch(
      /^Subject: 🔴 kernel\n\n🔴 kernel\nBcc: x@example.com\n\tend\n/,
    );
    // A program gets what the template makes.
    expect(preview(chat('https://hooks.example/', template)).body).toBe(template.replace('{{ plan.name }}', 'kernel'));
  });
});
