import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Gate } from '../../../../src/api/generated/upgradeplan.ts';
import { createAddressPolicy } from '../../../../src/net/address-policy.ts';
import { createHttpFetcher, type HttpFetcher } from '../../../../src/net/http-fetcher.ts';
import { createCredentials } from '../../../../src/operator/credentials.ts';
import { createHttpProbe } from '../../../../src/operator/gates/http-probe.ts';
import { createPrometheusProbe } from '../../../../src/operator/gates/prometheus-probe.ts';
import type { Observation } from '../../../../src/operator/gates/observation.ts';
import { aPlan } from '../../../unit/core/rollout/support/objects.ts';
import { json, startServer, vector, type Answer, type AnsweringServer } from './prometheus-server.ts';

const TOKEN = 'a-token-that-nobody-else-may-see';
const COMMON = { name: 'pages', when: 'BeforeBatch', forSeconds: 0, timeoutSeconds: 10 } as const;

let server: AnsweringServer;
let directory: string;
let readers: HttpFetcher[];

beforeEach(async () => {
  server = await startServer();
  directory = mkdtempSync(join(tmpdir(), 'baton-credentials-'));
  mkdirSync(join(directory, 'monitoring'));
  writeFileSync(join(directory, 'monitoring', 'token'), `${TOKEN}\n`);
  mkdirSync(join(directory, 'basic'));
  writeFileSync(join(directory, 'basic', 'username'), 'anna');
  writeFileSync(join(directory, 'basic', 'password'), 'pass:word\n');
  mkdirSync(join(directory, 'empty'));
  readers = [];
});

afterEach(async () => {
  await Promise.all(readers.map((reader) => reader.close()));
  await server.close();
  rmSync(directory, { recursive: true });
});

interface Setting {
  readonly allow?: string;
  /** Hosts of the credentials. */
  readonly hosts?: readonly string[];
}

function evaluate(
  gate: Partial<Gate>,
  { allow = '127.0.0.1', hosts = [server.host] }: Setting = {},
  timeoutMs = 5000,
): Promise<Observation> {
  const http = createHttpFetcher({ policy: createAddressPolicy({ allow, apiServer: [] }), maxBodyBytes: 4096 });
  readers.push(http);
  const bindings = ['monitoring', 'basic', 'empty'].map((name) => ({ name, hosts }));
  const deps = { http, credentials: createCredentials(bindings, directory, (path) => readFile(path)), userAgent: 'baton/test' };
  const probe = gate.http === undefined ? createPrometheusProbe(deps) : createHttpProbe(deps);
  return probe.evaluate(aPlan(), { ...COMMON, ...gate }, AbortSignal.timeout(timeoutMs));
}

function prometheus(limits: Partial<NonNullable<Gate['prometheus']>> = {}): Partial<Gate> {
  return { prometheus: { address: server.url, query: 'sum(ALERTS)', max: '0', ...limits } };
}

describe('gates[].prometheus', () => {
  it.each<{
    readonly title: string;
    readonly answer: Answer;
    readonly limits: Partial<NonNullable<Gate['prometheus']>>;
    readonly expected: Observation;
  }>([
    { title: 'opens at max', answer: vector('0'), limits: {}, expected: { open: true, value: '0', threshold: 'max 0' } },
    { title: 'closes above max', answer: vector('1'), limits: {}, expected: { open: false, value: '1', threshold: 'max 0' } },
    {
      title: 'closes below min',
      answer: vector('0.98999999'),
      limits: { max: '1', min: '0.99' },
      expected: { open: false, value: '0.99', threshold: 'min 0.99, max 1' },
    },
    {
      title: 'opens between both',
      answer: vector('0.995'),
      limits: { max: '1', min: '0.99' },
      expected: { open: true, value: '0.995', threshold: 'min 0.99, max 1' },
    },
    {
      title: 'takes exponents',
      answer: vector('1.5e-3'),
      limits: { max: '0.01' },
      expected: { open: true, value: '0.0015', threshold: 'max 0.01' },
    },
    {
      title: 'takes a scalar',
      answer: json(200, { status: 'success', data: { resultType: 'scalar', result: [1, '0'] } }),
      limits: {},
      expected: { open: true, value: '0', threshold: 'max 0' },
    },
    {
      title: 'is closed by infinity',
      answer: vector('+Inf'),
      limits: {},
      expected: { open: false, value: 'Infinity', threshold: 'max 0' },
    },
    { title: 'is closed by NaN', answer: vector('NaN'), limits: {}, expected: { open: false, value: 'NaN', threshold: 'max 0' } },
    {
      title: 'is closed by an empty text',
      answer: vector(''),
      limits: {},
      expected: { open: false, value: 'NaN', threshold: 'max 0' },
    },
    {
      title: 'is closed by no sample',
      answer: vector(),
      limits: {},
      expected: { open: false, message: 'the query returned no sample; append "or vector(0)" if no data means 0' },
    },
    {
      title: 'is closed by two samples',
      answer: vector('0', '0'),
      limits: {},
      expected: { open: false, message: 'the query returned 2 samples; it must return one' },
    },
    {
      title: 'is closed by a matrix',
      answer: json(200, { status: 'success', data: { resultType: 'matrix', result: [] } }),
      limits: {},
      expected: { open: false, message: 'the query returned a matrix; it must return one sample or a scalar' },
    },
    {
      title: 'is closed by an error',
      answer: json(400, { status: 'error', errorType: 'bad_data', error: 'parse error' }),
      limits: {},
      expected: { open: false, message: 'Prometheus answered 400: parse error' },
    },
    {
      title: 'is closed by a 500',
      answer: (response) => response.writeHead(500).end('secret page'),
      limits: {},
      expected: { open: false, message: 'Prometheus answered 500' },
    },
    {
      title: 'is closed by an answer that is not JSON',
      answer: (response) => response.end('<html>'),
      limits: {},
      expected: { open: false, message: 'the answer is too large, or is not JSON from Prometheus' },
    },
    {
      title: 'is closed by a huge answer',
      answer: (response) => response.end(JSON.stringify({ status: 'success', data: 'x'.repeat(100_000) })),
      limits: {},
      expected: { open: false, message: 'the answer is too large, or is not JSON from Prometheus' },
    },
    {
      title: 'follows no redirect',
      answer: (response) => response.writeHead(302, { location: `${server.url}/elsewhere` }).end(),
      limits: {},
      expected: { open: false, message: 'Prometheus answered 302' },
    },
  ])('$title', async ({ answer, limits, expected }) => {
    server.answer(answer);
    expect(await evaluate(prometheus(limits))).toEqual(expected);
    expect(server.requests).toHaveLength(1);
  });

  it('appends the path of the query API to its address', async () => {
    server.answer(vector('0'));
    await evaluate(prometheus({ address: `${server.url}/prom/`, query: 'sum(x{a="b"}) or vector(0)' }));
    expect(server.requests[0]?.path).toBe('/prom/api/v1/query?query=sum%28x%7Ba%3D%22b%22%7D%29+or+vector%280%29');
  });

  it('is closed when the server does not answer in time', async () => {
    server.answer(() => undefined);
    expect(await evaluate(prometheus(), {}, 100)).toEqual({ open: false, message: `${server.host}: no answer in time` });
  });

  it('is closed when the answer does not end in time', async () => {
    server.answer((response) => response.write('{"status":'));
    expect(await evaluate(prometheus(), {}, 100)).toEqual({ open: false, message: `${server.host}: no answer in time` });
  });

  it('is closed when the connection breaks', async () => {
    server.answer((response) => response.destroy());
    expect(await evaluate(prometheus())).toMatchObject({ open: false, message: expect.stringContaining(server.host) as unknown });
  });
});

describe('gates[].http', () => {
  it.each([
    [200, 200, true],
    [500, 200, false],
    [503, 503, true],
    [302, 200, false],
  ])('answered %i where %i is expected: open is %s', async (status, expectStatus, open) => {
    server.answer((response) => response.writeHead(status, { location: '/elsewhere' }).end('x'.repeat(10_000)));
    const observation = await evaluate({ http: { url: `${server.url}/ready`, expectStatus } });
    expect(observation).toEqual({ open, value: `status ${status}`, threshold: `expected ${expectStatus}` });
    expect(server.requests).toHaveLength(1);
  });
});

describe('The addresses that gates may send requests to', () => {
  it.each([
    ['not the loopback, unless the administrator allows it', '', false],
    ['only those in the list', '10.0.0.0/8', false],
    ['those in the list', '127.0.0.0/8', true],
  ])('are %s', async (_, allow, open) => {
    server.answer(vector('0'));
    const observation = await evaluate(prometheus(), { allow });
    expect(observation.open).toBe(open);
    if (!open)
      expect(observation.message).toBe(
        `gates may not send requests to ${server.host}; an administrator can allow it in gates.allow`,
      );
    expect(server.requests).toHaveLength(open ? 1 : 0);
  });
});

describe('gates[].prometheus.credential', () => {
  beforeEach(() => server.answer(vector('0')));

  it.each([
    ['monitoring', `Bearer ${TOKEN}`],
    ['basic', `Basic ${Buffer.from('anna:pass:word').toString('base64')}`],
  ])('%s is sent', async (credential, authorization) => {
    expect(await evaluate(prometheus({ credential }))).toMatchObject({ open: true });
    expect(server.requests[0]?.authorization).toBe(authorization);
  });

  it('is sent to any port of a host whose entry has no port', async () => {
    expect(await evaluate(prometheus({ credential: 'monitoring' }), { hosts: ['127.0.0.1'] })).toMatchObject({ open: true });
  });

  it.each([
    {
      title: 'that is not mounted',
      credential: 'unknown',
      hosts: ['127.0.0.1'],
      message: 'the operator has no credential unknown',
    },
    {
      title: 'for other hosts',
      credential: 'monitoring',
      hosts: ['prometheus.example'],
      message: 'the credential monitoring may not be sent to',
    },
    {
      title: 'for another port',
      credential: 'monitoring',
      hosts: ['127.0.0.1:1'],
      message: 'the credential monitoring may not be sent to',
    },
    {
      title: 'without a key',
      credential: 'empty',
      hosts: ['127.0.0.1'],
      message: 'the credential empty is empty: its Secret needs token, or username and password, or ca.crt',
    },
  ])('$title closes the gate and is not sent', async ({ credential, hosts, message }) => {
    const observation = await evaluate(prometheus({ credential }), { hosts });
    expect(observation).toMatchObject({ open: false, message: expect.stringContaining(message) as unknown });
    expect(JSON.stringify(observation)).not.toContain(TOKEN);
    expect(server.requests).toHaveLength(0);
  });
});
