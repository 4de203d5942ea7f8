import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { createApiServer } from '../../../src/simulator/api-server/create-api-server.ts';
import { kubeconfigText } from '../../../src/simulator/serve/kubeconfig.ts';
import { serve, type ServedApi } from '../../../src/simulator/serve/serve.ts';
import { RecordingLog } from '../kube/support/recording-log.ts';

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';

interface Answer {
  readonly status: number | undefined;
  readonly body: { readonly message?: string; readonly metadata?: { readonly name?: string } };
}

describe('A served API', () => {
  let api: ServedApi;
  let log: RecordingLog;

  beforeEach(async () => {
    log = new RecordingLog();
    const server = createApiServer({ definitions: [], now: Date.now, random: Math.random, log, setTimer: () => () => undefined });
    api = await serve({ server, log });
  });

  afterEach(() => api.close());

  async function open(
    path: string,
    { method = 'GET', body, headers = {} }: { method?: string; body?: string; headers?: Readonly<Record<string, string>> } = {},
  ): Promise<IncomingMessage> {
    const request = httpRequest(new URL(path, api.url), { method, headers });
    request.end(body);
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    return response;
  }

  async function call(...args: Parameters<typeof open>): Promise<Answer> {
    const response = await open(...args);
    let text = '';
    for await (const chunk of response) text += String(chunk);
    return { status: response.statusCode, body: JSON.parse(text) as Answer['body'] };
  }

  async function nextEvent(response: IncomingMessage): Promise<unknown> {
    const [chunk] = (await once(response, 'data')) as [Buffer];
    const { type, object } = JSON.parse(chunk.toString()) as { type: string; object: { metadata: { name: string } } };
    return [type, object.metadata.name];
  }

  it('answers reads and writes', async () => {
    const created = await call(CONFIG_MAPS, { method: 'POST', body: JSON.stringify({ metadata: { name: 'a' } }) });
    const read = await call(`${CONFIG_MAPS}/a`);
    expect([created.status, read.status, read.body.metadata?.name]).toEqual([201, 200, 'a']);
  });

  it('sends the events of a watch as they happen', async () => {
    const watch = await open(`${CONFIG_MAPS}?watch=true`);
    const seen = nextEvent(watch);
    await call(CONFIG_MAPS, { method: 'POST', body: JSON.stringify({ metadata: { name: 'a' } }) });
    expect(await seen).toEqual(['ADDED', 'a']);
    watch.destroy();
  });

  it('ends watches at once when it closes, and frees the port', async () => {
    const watch = await open(`${CONFIG_MAPS}?watch=true`);
    // It ends with an error: the connection is cut.
    const ended = new Promise((resolve) => watch.on('error', resolve));
    watch.resume();

    await api.close();

    await ended;
    const again = await serve({ server: { handle: () => ({ status: 200, headers: {}, body: '' }) }, port: portOf(api), log });
    expect(again.url).toBe(api.url);
    await again.close();
  });

  it('stops a watch whose client has hung up', async () => {
    let stopped: () => void = () => undefined;
    const over = new Promise<void>((resolve) => {
      stopped = resolve;
    });
    const served = await serve({ server: { handle: () => ({ status: 200, headers: {}, start: () => stopped }) }, log });
    const request = httpRequest(served.url).end();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    response.on('error', () => undefined);
    response.destroy();
    await over;
    await served.close();
  });

  it('rejects if the port is in use', async () => {
    const second = serve({ server: { handle: () => ({ status: 200, headers: {}, body: '' }) }, port: portOf(api), log });
    await expect(second).rejects.toThrow('EADDRINUSE');
  });

  it.each([
    { host: 'localhost', status: 200 },
    { host: '127.0.0.1', status: 200 },
    { host: 'LOCALHOST', status: 200 },
    { host: 'evil.example', status: 403 },
    { host: '127.0.0.1.evil.example', status: 403 },
    { host: '[::1]', status: 403 },
  ])('answers requests to the host $host with $status', async ({ host, status }) => {
    const answer = await call(CONFIG_MAPS, { headers: { host: `${host}:${portOf(api)}` } });
    expect(answer.status).toBe(status);
  });

  it('names the allowed hosts when it rejects another one', async () => {
    const { body } = await call(CONFIG_MAPS, { headers: { host: 'evil.example' } });
    const port = portOf(api);
    expect(body.message).toBe(`The Host header "evil.example" is not allowed: use 127.0.0.1:${port} or localhost:${port}`);
  });

  it.each(['http://evil.example', 'null', 'http://localhost'])('rejects requests of the origin %s', async (origin) => {
    const { status, body } = await call(CONFIG_MAPS, { headers: { origin } });
    expect([status, body.message]).toEqual([403, 'Requests from web pages are not allowed: the request has an Origin header']);
  });

  it('rejects bodies that kube-apiserver would not accept either', async () => {
    const { status } = await call(CONFIG_MAPS, { method: 'POST', body: 'x'.repeat(3 * 1024 * 1024 + 1) });
    expect(status).toBe(413);
  });

  it('reads protobuf of the kinds that kubectl creates, and says what else it cannot read', async () => {
    const headers = { 'content-type': 'application/vnd.kubernetes.protobuf' };
    const body = 'k8s\0\x0a\x0f\x0a\x02v1\x12\x09ConfigMap\x12\x05\x0a\x03\x0a\x01a';
    const created = await call(CONFIG_MAPS, { method: 'POST', body, headers });
    const unknown = await call(CONFIG_MAPS, { method: 'POST', body: body.replace('ConfigMap', 'ConfigMop'), headers });
    expect([created.status, created.body.metadata?.name, unknown.status, unknown.body.message]).toEqual([
      201,
      'a',
      415,
      'The embedded API server cannot read this protobuf: the kind ConfigMop is not supported. kubectl apply -f sends JSON.',
    ]);
  });

  it('rejects paths that are not valid', async () => {
    expect((await call('/api/v1/%zz')).status).toBe(400);
  });

  it('answers with 500, and logs, when the server fails', async () => {
    const fail = (): never => {
      throw new Error('broken');
    };
    const served = await serve({ server: { handle: fail }, log });
    const request = httpRequest(served.url).end();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    response.resume();
    expect([response.statusCode, log.errors().length]).toEqual([500, 1]);
    await served.close();
  });
});

function portOf({ url }: ServedApi): number {
  return Number(new URL(url).port);
}

describe('The kubeconfig of a served API', () => {
  it('selects the server and the namespace', () => {
    const config = parse(kubeconfigText('http://127.0.0.1:8001', 'baton')) as Readonly<Record<string, unknown>>;
    expect(config).toMatchObject({
      clusters: [{ name: 'baton-simulation', cluster: { server: 'http://127.0.0.1:8001' } }],
      contexts: [{ name: 'baton-simulation', context: { cluster: 'baton-simulation', namespace: 'baton' } }],
      'current-context': 'baton-simulation',
    });
  });
});
