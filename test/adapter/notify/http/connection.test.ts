import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ServerOptions } from 'node:https';
import { createServer, type AddressInfo, type LookupFunction } from 'node:net';
import type { TLSSocket } from 'node:tls';
import nock from 'nock';
import type { SinkConnection } from '../../../../src/api/generated/upgradeplan.ts';
import type { SendResult } from '../../../../src/core/notification/model/send-result.ts';
import { aClient, SinkWorld, type SendChanges } from '../a-sink.ts';
import { makeAuthority, type Authority, type CertificatePair } from '../certificates.ts';
import { startConnectProxy } from '../connect-proxy.ts';
import { startReceiver, type Answer, type Receiver } from '../receiver.ts';

let authority: Authority;
let server: CertificatePair;
let client: CertificatePair;
let world: SinkWorld;

beforeAll(() => {
  authority = makeAuthority();
  server = authority.issue('IP:127.0.0.1,DNS:hooks.example');
  client = authority.issue('DNS:baton');
});
beforeEach(() => {
  world = new SinkWorld();
});
afterEach(async () => {
  await world.close();
});

function send(url: string, connection: SinkConnection, changes: SendChanges = {}): Promise<SendResult> {
  return world.send({ name: 'ops', webhook: { url }, connection }, changes);
}

function receiver(tls?: ServerOptions, answer?: Answer): Promise<Receiver> {
  return world.keep(startReceiver(answer, tls));
}

const caSecretRef = { name: 'company-ca', key: 'ca.crt' };
const clientCertSecretRef = { name: 'baton-client' };
const proxyUrlSecretRef = { name: 'proxy', key: 'url' };

describe('A receiver with a certificate of a private authority', () => {
  it('is not trusted by default', async () => {
    const ops = await receiver(server);

    expect(await send(ops.url, {})).toMatchObject({ kind: 'Retry', reason: 'NoAnswer' });
    expect(ops.requests).toHaveLength(0);
  });

  it('is trusted when the plan names the authority', async () => {
    const ops = await receiver(server);
    world.secret('ops', 'company-ca', { 'ca.crt': authority.ca });

    expect(await send(ops.url, { tls: { caSecretRef } })).toEqual({ kind: 'Delivered' });
  });

  it('is not trusted when the plan names another authority', async () => {
    const ops = await receiver(server);
    world.secret('ops', 'company-ca', { 'ca.crt': makeAuthority().ca });

    expect(await send(ops.url, { tls: { caSecretRef } })).toMatchObject({ kind: 'Retry', reason: 'NoAnswer' });
    expect(ops.requests).toHaveLength(0);
  });

  it('is not trusted when its certificate is for another name', async () => {
    const ops = await receiver(authority.issue('DNS:elsewhere.example'));
    world.secret('ops', 'company-ca', { 'ca.crt': authority.ca });

    expect(await send(ops.url, { tls: { caSecretRef } })).toMatchObject({
      kind: 'Retry',
      message: `${ops.host}: ERR_TLS_CERT_ALTNAME_INVALID`,
    });
  });
});

describe('A receiver that requires a client certificate', () => {
  const mutual = (): ServerOptions => ({ ...server, ca: authority.ca, requestCert: true, rejectUnauthorized: true });

  it('gets the certificate of the plan', async () => {
    const ops = await receiver(mutual());
    world.secret('ops', 'company-ca', { 'ca.crt': authority.ca });
    world.secret('ops', 'baton-client', { 'tls.crt': client.cert, 'tls.key': client.key });

    expect(await send(ops.url, { tls: { caSecretRef, clientCertSecretRef } })).toEqual({ kind: 'Delivered' });
  });

  it('rejects requests without one', async () => {
    const ops = await receiver(mutual());
    world.secret('ops', 'company-ca', { 'ca.crt': authority.ca });

    expect(await send(ops.url, { tls: { caSecretRef } })).toMatchObject({ kind: 'Retry', reason: 'NoAnswer' });
    expect(ops.requests).toHaveLength(0);
  });
});

describe('Secrets of a connection', () => {
  it.each<{ title: string; connection: SinkConnection; secrets: () => void; reason: string; message: string }>([
    {
      title: 'a missing authority',
      connection: { tls: { caSecretRef } },
      secrets: () => undefined,
      reason: 'SecretMissing',
      message: 'the key ca.crt of the Secret company-ca is missing; nothing was sent',
    },
    {
      title: 'an authority that is not a certificate',
      connection: { tls: { caSecretRef } },
      secrets: () => {
        world.secret('ops', 'company-ca', { 'ca.crt': 'hush-hush' });
      },
      reason: 'SecretInvalid',
      message: 'the key ca.crt of the Secret company-ca contains no certificate in PEM format; nothing was sent',
    },
    {
      title: 'a certificate without its key',
      connection: { tls: { clientCertSecretRef } },
      secrets: () => {
        world.secret('ops', 'baton-client', { 'tls.crt': client.cert });
      },
      reason: 'SecretMissing',
      message: 'the key tls.key of the Secret baton-client is missing; nothing was sent',
    },
    {
      title: 'a certificate with another key',
      connection: { tls: { clientCertSecretRef } },
      secrets: () => {
        world.secret('ops', 'baton-client', { 'tls.crt': client.cert, 'tls.key': server.key });
      },
      reason: 'SecretInvalid',
      message:
        'the key tls.crt of the Secret baton-client and its tls.key are not a matching certificate and private key; nothing was sent',
    },
    {
      title: 'an invalid proxy URL',
      connection: { proxyUrlSecretRef },
      secrets: () => {
        world.secret('ops', 'proxy', { url: 'proxy.hush-hush:3128' });
      },
      reason: 'SecretInvalid',
      message: 'the key url of the Secret proxy must be a URL that begins with https:// or http://; nothing was sent',
    },
  ])('with $title nothing is sent', async ({ connection, secrets, reason, message }) => {
    const ops = await receiver();
    secrets();

    expect(await send(ops.url, connection)).toEqual({ kind: 'Permanent', reason, message });
    expect(ops.requests).toHaveLength(0);
  });
});

describe('A proxy', () => {
  beforeEach(() => {
    nock.enableNetConnect(/^(127\.0\.0\.1|hooks\.example|proxy\.example):/);
  });

  it('connects to an https receiver by its name, which is verified end to end', async () => {
    const peers: string[] = [];
    const mutual = { ...server, ca: authority.ca, requestCert: true, rejectUnauthorized: true };
    const ops = await receiver(mutual, (response) => {
      peers.push((response.socket as TLSSocket).getPeerCertificate().subjectaltname ?? '');
      response.writeHead(204).end();
    });
    const proxy = await world.keep(startConnectProxy());
    world.secret('ops', 'company-ca', { 'ca.crt': authority.ca });
    world.secret('ops', 'baton-client', { 'tls.crt': client.cert, 'tls.key': client.key });
    const url = `https://hooks.example:${new URL(ops.url).port}/upgrades`;

    // The policy has the receiver by name, and the proxy by its address.
    const http = await world.keep(aClient({ allow: 'hooks.example,127.0.0.1' }));
    const tls = { caSecretRef, clientCertSecretRef };
    expect(await send(url, { proxyUrl: proxy.url, tls }, { http })).toEqual({ kind: 'Delivered' });
    expect(proxy.asked).toEqual([`CONNECT ${new URL(url).host}`]);
    expect(ops.requests.map(({ path }) => path)).toEqual(['/upgrades']);
    expect(peers).toEqual(['DNS:baton']);
  });

  it('forwards requests for an http receiver', async () => {
    const ops = await receiver();
    const proxy = await world.keep(startConnectProxy());

    expect(await send(ops.url, { proxyUrl: proxy.url })).toEqual({ kind: 'Delivered' });
    expect(proxy.asked).toEqual([`POST ${ops.url}`]);
    expect(ops.requests).toHaveLength(1);
  });

  it('gets the user name and the password from its Secret', async () => {
    const ops = await receiver(server);
    const proxy = await world.keep(startConnectProxy('p@ss'));
    world.secret('ops', 'company-ca', { 'ca.crt': authority.ca });
    const tls = { caSecretRef };

    const refused = await send(ops.url, { proxyUrl: proxy.url, tls });
    expect(refused).toEqual({ kind: 'Retry', reason: 'NoAnswer', message: `${ops.host}: the proxy answered 407` });

    world.secret('ops', 'proxy', { url: `${proxy.url.replace('//', '//baton:p%40ss@')}\n` });
    expect(await send(ops.url, { proxyUrlSecretRef, tls })).toEqual({ kind: 'Delivered' });
    expect(ops.requests).toHaveLength(1);
  });

  it('that does not answer is retried', async () => {
    const ops = await receiver(server);
    const gone = await startConnectProxy();
    await gone.close();

    expect(await send(ops.url, { proxyUrl: gone.url })).toMatchObject({ kind: 'Retry', reason: 'NoAnswer' });
  });

  it.each([
    { title: 'has an address that is not allowed', allow: 'hooks.example', target: 'http://hooks.example/' },
    { title: 'would reach a name that is not allowed', allow: '127.0.0.1,hooks.example', target: 'http://elsewhere.example/' },
    { title: 'would reach a guarded literal address', allow: '127.0.0.1', target: 'http://169.254.169.254/' },
    { title: 'would reach its own loopback by name', allow: '127.0.0.1,localhost', target: 'http://localhost:8080/' },
    { title: 'would reach the API server by name', allow: '127.0.0.1', target: 'https://kubernetes.default.svc/' },
  ])('is not used if it $title', async ({ allow, target }) => {
    const proxy = await world.keep(startConnectProxy());
    const http = await world.keep(aClient({ allow }));

    const result = await send(target, { proxyUrl: proxy.url }, { http });

    expect(result).toMatchObject({ kind: 'Permanent', reason: 'AddressNotAllowed' });
    expect(proxy.asked).toEqual([]);
  });

  it('is not used if its name resolves to an address that is not allowed', async () => {
    const proxy = await world.keep(startConnectProxy());
    const lookup = aLookupOf('127.0.0.1');
    const http = await world.keep(aClient({ allow: '', lookup }));

    const proxyUrl = `http://proxy.example:${proxy.port}`;
    expect(await send('https://hooks.example/', { proxyUrl }, { http })).toMatchObject({ reason: 'AddressNotAllowed' });
    expect(proxy.asked).toEqual([]);
  });
});

describe('The timeout of an attempt', () => {
  it('is that of the plan, even if the proxy is silent', async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    const connection = { timeoutSeconds: 1 };

    const direct = await send(`http://127.0.0.1:${port}/`, connection);
    expect(direct).toMatchObject({ kind: 'Retry', message: `127.0.0.1:${port}: no answer within 1 s` });
    const proxied = await send(
      'https://hooks.example/',
      { ...connection, proxyUrl: `http://127.0.0.1:${port}` },
      { http: await world.keep(aClient({ allow: '127.0.0.1,hooks.example' })) },
    );
    expect(proxied).toMatchObject({ kind: 'Retry', message: 'hooks.example: no answer within 1 s' });
    silent.close();
  });
});

function aLookupOf(address: string): LookupFunction {
  return (_hostname, _options, callback) => {
    callback(null, [{ address, family: 4 }]);
  };
}
