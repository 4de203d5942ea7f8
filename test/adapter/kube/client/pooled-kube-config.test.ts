import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { CoreV1Api } from '@kubernetes/client-node';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import nock from 'nock';
import { createKubeClient, type KubeClient } from '../../../../src/kube/client/client.ts';
import { loadKubeConfig, type PooledKubeConfig } from '../../../../src/kube/client/pooled-kube-config.ts';
import { systemClock } from '../../../../src/runtime/clock.ts';
import { startRelay, type Relay } from '../support/relay.ts';
import {
  kubeConfigFor,
  makeCertificate,
  sendJson,
  startServer,
  type Certificate,
  type LoopbackServer,
} from '../support/loopback-server.ts';
import { RecordingLog } from '../support/recording-log.ts';

describe('PooledKubeConfig', () => {
  let certificate: Certificate;
  let server: LoopbackServer;
  let relay: Relay | undefined;
  let kubeConfig: PooledKubeConfig | undefined;
  let hold: boolean;

  beforeAll(() => {
    // nock's sockets do not negotiate HTTP/2.
    nock.restore();
    certificate = makeCertificate();
  });

  beforeEach(async () => {
    hold = false;
    server = await startServer((request, response) => {
      if (request.query['watch'] !== undefined) response.writeHead(200).write('{"type":"BOOKMARK","object":{"metadata":{}}}\n');
      else if (!hold) sendJson(response, 200, { kind: 'NodeList', apiVersion: 'v1', metadata: {}, items: [] });
    }, certificate);
  });

  afterEach(async () => {
    await kubeConfig?.close();
    await relay?.close();
    await server.close();
    [kubeConfig, relay] = [undefined, undefined];
  });

  function clientOf(config: PooledKubeConfig, deadlineMs = 10_000): KubeClient {
    kubeConfig = config;
    const log = new RecordingLog();
    const sleep = (milliseconds: number): Promise<void> => wait(milliseconds);
    return createKubeClient({
      kubeConfig: config,
      userAgent: 'baton-test/1',
      log,
      now: Date.now,
      random: Math.random,
      sleep,
      setTimer: systemClock.setTimer,
      deadlineMs,
    });
  }

  async function firstEvent(client: KubeClient, signal: AbortSignal): Promise<AsyncIterator<unknown>> {
    const events = client.watch('/api/v1/nodes', {}, { signal })[Symbol.asyncIterator]();
    await events.next();
    return events;
  }

  it('sends watches and many other calls over one connection', async () => {
    const stop = new AbortController();
    const client = clientOf(kubeConfigFor(server.url, certificate));
    for (let watches = 0; watches < 3; watches += 1) await firstEvent(client, stop.signal);

    // The API server takes 100 at a time from one connection.
    for (let rounds = 0; rounds < 3; rounds += 1) {
      await Promise.all(Array.from({ length: 90 }, () => client.list('/api/v1/nodes')));
    }
    await kubeConfig?.makeApiClient(CoreV1Api).listNode();

    expect(server.requests).toHaveLength(274);
    expect(server.connections()).toBe(1);
    stop.abort();
  });

  it('keeps the connection when only the token changes and opens a new one for a new certificate', async () => {
    const config = kubeConfigFor(server.url, certificate);
    const client = clientOf(config);
    await client.list('/api/v1/nodes');

    config.users = [{ name: 'tester', token: 'renewed-token' }];
    await client.list('/api/v1/nodes');
    expect(server.connections()).toBe(1);
    const renewed = { certData: Buffer.from(certificate.certificate), keyData: Buffer.from(certificate.key) };
    config.users = [
      { name: 'tester', certData: renewed.certData.toString('base64'), keyData: renewed.keyData.toString('base64') },
    ];
    await client.list('/api/v1/nodes');

    expect(server.connections()).toBe(2);
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer secret-token',
      'Bearer renewed-token',
      undefined,
    ]);
  });

  it('closes a connection without answers and ends its requests', async () => {
    relay = await startRelay(server.port);
    const timeouts = { headersMs: 300, bodyMs: 60_000 };
    const client = clientOf(kubeConfigFor(`https://127.0.0.1:${relay.port}`, certificate, timeouts));
    const events = await firstEvent(client, new AbortController().signal);
    const next = events.next();
    next.catch(() => undefined);

    relay.swallow();
    const started = performance.now();
    await client.list('/api/v1/nodes');
    const took = performance.now() - started;
    await expect(next).rejects.toMatchObject({ code: 0, reason: 'NoAnswer' });

    expect(took).toBeLessThan(3_000);
    expect(relay.connections()).toBe(2);
  });

  it('keeps a connection that answers other requests while one is slow', async () => {
    const stop = new AbortController();
    const client = clientOf(kubeConfigFor(server.url, certificate, { headersMs: 300, bodyMs: 60_000 }), 400);
    const events = await firstEvent(client, stop.signal);
    let broken = false;
    events.next().catch(() => (broken = !stop.signal.aborted));

    hold = true;
    await expect(client.get('/api/v1/nodes/slow')).rejects.toMatchObject({ code: 0 });
    hold = false;
    await client.list('/api/v1/nodes');
    // Longer than the probe of the connection, which is a second.
    await wait(1_500);

    expect(broken).toBe(false);
    stop.abort();
  });

  it('ends everything when it is closed', async () => {
    const client = clientOf(kubeConfigFor(server.url, certificate));
    const events = await firstEvent(client, new AbortController().signal);
    const next = events.next();
    next.catch(() => undefined);

    await kubeConfig?.close();

    await expect(next).rejects.toMatchObject({ code: 0 });
  });

  it('rejects plain HTTP unless the kubeconfig allows it', async () => {
    const config = kubeConfigFor('http://127.0.0.1:9');
    config.clusters = [{ name: 'loopback', server: 'http://127.0.0.1:9', skipTLSVerify: false }];

    await expect(clientOf(config, 100).list('/api/v1/nodes')).rejects.toMatchObject({ code: 0, reason: 'NotSent' });
  });
});

describe('loadKubeConfig', () => {
  const environment = { ...process.env };
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'baton-kubeconfig-'));
    delete process.env['KUBERNETES_SERVICE_HOST'];
    delete process.env['KUBECONFIG'];
  });

  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  afterAll(() => {
    process.env = environment;
  });

  function write(name: string, content: object): string {
    const file = join(directory, name);
    writeFileSync(file, JSON.stringify(content));
    return file;
  }

  function kubeconfig(server: string): object {
    return {
      clusters: [{ name: 'c', cluster: { server } }],
      users: [{ name: 'u', user: { token: 't' } }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'x',
    };
  }

  it('uses the file that was passed, regardless of KUBECONFIG', () => {
    process.env['KUBECONFIG'] = write('exported', kubeconfig('https://exported:1'));

    const config = loadKubeConfig({ kubeconfigPath: write('given', kubeconfig('https://given:1')) });

    expect(config.getCurrentCluster()?.server).toBe('https://given:1');
  });

  it('does not fall back to KUBECONFIG', () => {
    process.env['KUBECONFIG'] = write('exported', kubeconfig('https://exported:1'));

    expect(() => loadKubeConfig({})).toThrow('A kubeconfig is required outside of a Pod');
  });

  it('uses the ServiceAccount in a Pod', () => {
    process.env['KUBERNETES_SERVICE_HOST'] = '10.96.0.1';
    process.env['KUBERNETES_SERVICE_PORT'] = '443';

    expect(loadKubeConfig({}).getCurrentCluster()?.server).toBe('https://10.96.0.1:443');
  });

  it('names the file that is missing or invalid', () => {
    const empty = write('empty', { clusters: [], users: [], contexts: [] });

    expect(() => loadKubeConfig({ kubeconfigPath: '/nowhere/config' })).toThrow('The kubeconfig /nowhere/config cannot be read');
    expect(() => loadKubeConfig({ kubeconfigPath: empty })).toThrow('has no current context');
  });
});
