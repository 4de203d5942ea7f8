import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createServer, type AddressInfo } from 'node:net';
import nock from 'nock';
import type { Sink as SinkSpec } from '../../../src/api/generated/upgradeplan.ts';
import { aClient, SinkWorld } from './a-sink.ts';
import { makeAuthority } from './certificates.ts';
import { startConnectProxy } from './connect-proxy.ts';
import { startReceiver } from './receiver.ts';
import { startSlackServer, type SlackServer } from './slack-server.ts';

let world: SinkWorld;

beforeEach(() => {
  // The name leads to the loopback here, or nowhere.
  nock.enableNetConnect(/^(127\.0\.0\.1|hooks\.example):/);
  world = new SinkWorld();
});
afterEach(async () => {
  await world.close();
});

const webhook = (url: string, changes: Partial<SinkSpec> = {}): SinkSpec => ({ name: 'ops', webhook: { url }, ...changes });

describe('A probe of an HTTP receiver', () => {
  it.each([200, 204, 301, 400, 401, 404, 405, 410, 429, 500, 501])('succeeds if the receiver answers %i', async (status) => {
    const ops = await world.keep(startReceiver((response) => response.writeHead(status).end()));

    expect(await world.probe(webhook(ops.url))).toEqual({ kind: 'Reached' });
    expect(ops.requests).toHaveLength(1);
    expect(JSON.stringify(ops.requests)).not.toMatch(/secret-(path|token)/);
  });

  it.each([502, 503, 504])('fails if a gateway before the receiver answers %i', async (status) => {
    const ops = await world.keep(startReceiver((response) => response.writeHead(status).end()));

    expect(await world.probe(webhook(ops.url))).toEqual({
      kind: 'Retry',
      reason: 'Unavailable',
      message: `HTTP ${status} from ${ops.host}`,
    });
  });

  it('fails if nothing listens there', async () => {
    const gone = await startReceiver();
    await gone.close();

    expect(await world.probe(webhook(gone.url))).toEqual({
      kind: 'Retry',
      reason: 'NoAnswer',
      message: `${gone.host}: ECONNREFUSED`,
    });
  });

  it('fails if the name does not resolve', async () => {
    const http = await world.keep(
      aClient({
        lookup: (_name, _options, callback) => {
          callback(Object.assign(new Error('not found'), { code: 'ENOTFOUND' }), []);
        },
      }),
    );

    expect(await world.probe(webhook('https://hooks.example/'), { http })).toMatchObject({
      kind: 'Retry',
      message: 'hooks.example: ENOTFOUND',
    });
  });

  it('fails if the administrator does not allow the address', async () => {
    const ops = await world.keep(startReceiver());
    const http = await world.keep(aClient({ allow: '' }));

    expect(await world.probe(webhook(ops.url), { http })).toMatchObject({ kind: 'Permanent', reason: 'AddressNotAllowed' });
    expect(ops.requests).toEqual([]);
  });

  it('fails without an answer, after the timeout of an attempt to send', async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;

    const result = await world.probe(webhook(`http://127.0.0.1:${port}/`, { connection: { timeoutSeconds: 1 } }));

    expect(result).toMatchObject({ kind: 'Retry', message: `127.0.0.1:${port}: no answer within 1 s` });
    silent.close();
  });

  it('verifies the certificate with the authority of the plan', async () => {
    const authority = makeAuthority();
    const ops = await world.keep(startReceiver(undefined, authority.issue('IP:127.0.0.1')));
    const connection = { tls: { caSecretRef: { name: 'company-ca', key: 'ca.crt' } } };

    expect(await world.probe(webhook(ops.url, { connection }))).toMatchObject({ reason: 'SecretMissing' });
    world.secret('ops', 'company-ca', { 'ca.crt': makeAuthority().ca });
    expect(await world.probe(webhook(ops.url, { connection }))).toMatchObject({ kind: 'Retry', reason: 'NoAnswer' });
    world.secret('ops', 'company-ca', { 'ca.crt': authority.ca });
    expect(await world.probe(webhook(ops.url, { connection }))).toEqual({ kind: 'Reached' });
  });

  it.each([
    { title: 'an http', tls: false, asked: 'HEAD http://hooks.example/' },
    { title: 'an https', tls: true, asked: 'CONNECT hooks.example' },
  ])('uses the proxy to $title receiver, and fails if the proxy rejects it', async ({ tls, asked }) => {
    const authority = makeAuthority();
    const ops = await world.keep(startReceiver(undefined, tls ? authority.issue('DNS:hooks.example') : undefined));
    const [open, closed] = [await world.keep(startConnectProxy()), await world.keep(startConnectProxy('p@ss'))];
    world.secret('ops', 'company-ca', { 'ca.crt': authority.ca });
    const { protocol, port } = new URL(ops.url);
    const http = await world.keep(aClient({ allow: 'hooks.example,127.0.0.1' }));
    const through = (proxyUrl: string): SinkSpec =>
      webhook(`${protocol}//hooks.example:${port}/x?token=hush`, {
        connection: { proxyUrl, ...(tls ? { tls: { caSecretRef: { name: 'company-ca', key: 'ca.crt' } } } : {}) },
      });

    expect(await world.probe(through(open.url), { http })).toEqual({ kind: 'Reached' });
    expect(open.asked).toEqual([asked.replace('example', `example:${port}`)]);
    expect(await world.probe(through(closed.url), { http })).toMatchObject({
      message: `hooks.example:${port}: the proxy answered 407`,
    });
    expect(ops.requests).toHaveLength(1);
  });
});

describe('A probe of a sink with a Secret', () => {
  const key = { name: 'secret', key: 'value' };

  it.each<{ title: string; spec: Omit<SinkSpec, 'name'>; value?: string; reason: string }>([
    { title: 'URL', spec: { webhook: { urlSecretRef: key } }, reason: 'SecretMissing' },
    { title: 'signing secret', spec: { webhook: { url: 'http://127.0.0.1:1', signingSecretRef: key } }, reason: 'SecretMissing' },
    {
      title: 'header',
      spec: { webhook: { url: 'http://127.0.0.1:1', authorizationSecretRef: key } },
      value: 'two\nlines',
      reason: 'SecretInvalid',
    },
    { title: 'webhook of Slack', spec: { slack: { webhookUrlSecretRef: key } }, value: 'no url', reason: 'SecretInvalid' },
    { title: 'token', spec: { slack: { channel: '#upgrades', tokenSecretRef: key } }, reason: 'SecretMissing' },
    { title: 'webhook of Teams', spec: { teams: { webhookUrlSecretRef: key } }, reason: 'SecretMissing' },
    {
      title: 'header for Alertmanager',
      spec: { alertmanager: { url: 'http://127.0.0.1:1', authorizationSecretRef: key } },
      reason: 'SecretMissing',
    },
    { title: 'routing key', spec: { pagerDuty: { routingKeySecretRef: key } }, reason: 'SecretMissing' },
  ])('finds what is wrong with its $title', async ({ spec, value, reason }) => {
    if (value !== undefined) world.secret('ops', key.name, { [key.key]: value });

    expect(await world.probe({ name: 'ops', ...spec })).toMatchObject({ kind: 'Permanent', reason });
  });
});

describe('A probe of a Slack app', () => {
  const app = ({ apiUrl }: SlackServer): SinkSpec => ({
    name: 'ops',
    slack: { channel: '#upgrades', tokenSecretRef: { name: 'slack', key: 'token' }, apiUrl },
  });

  it('succeeds with a valid token, and posts nothing', async () => {
    const slack = await world.keep(startSlackServer());
    world.secret('ops', 'slack', { token: 'xoxb-test' });

    expect(await world.probe(app(slack))).toEqual({ kind: 'Reached' });
    expect(slack.messages).toEqual([]);
  });

  it('fails with an invalid token, and if Slack cannot check it now', async () => {
    const slack = await world.keep(startSlackServer());
    world.secret('ops', 'slack', { token: 'xoxb-old' });

    expect(await world.probe(app(slack))).toMatchObject({
      kind: 'Permanent',
      reason: 'Refused',
      message: expect.stringContaining('Slack says invalid_auth'),
    });
    slack.fail({ status: 503 });
    expect(await world.probe(app(slack))).toMatchObject({ kind: 'Retry', reason: 'Unavailable' });
  });
});

it('an events sink has no probe, because it uses the API server', async () => {
  expect(await world.probe({ name: 'ops', events: {} })).toBeUndefined();
});
