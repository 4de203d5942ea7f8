import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Gate } from '../../../../src/api/generated/upgradeplan.ts';
import { createAddressPolicy } from '../../../../src/net/address-policy.ts';
import { createHttpReader, type HttpReader } from '../../../../src/net/http-get.ts';
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
let readers: HttpReader[];

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

function look(
  gate: Partial<Gate>,
  { allow = '127.0.0.1', hosts = [server.host] }: Setting = {},
  timeoutMs = 5000,
): Promise<Observation> {
  const http = createHttpReader({ policy: createAddressPolicy({ allow, apiServer: [] }), maxBodyBytes: 4096 });
  readers.push(http);
  const bindings = ['monitoring', 'basic', 'empty'].map((name) => ({ name, hosts }));
  const deps = { http, credentials: createCredentials(bindings, directory), userAgent: 'baton/test' };
  const probe = gate.http === undefined ? createPrometheusProbe(deps) : createHttpProbe(deps);
  return probe.look(aPlan(), { ...COMMON, ...gate }, AbortSignal.timeout(timeoutMs));
}

function prometheus(limits: Partial<NonNullable<Gate['prometheus']>> = {}): Partial<Gate> {
  return { prometheus: { address: server.url, query: 'sum(ALERTS)', max: '0', ...limits } };
}

describe('gates[].prometheus', () => {
  it.each<readonly [string, Answer, Partial<NonNullable<Gate['prometheus']>>, Observation]>([
    ['opens at max', vector('0'), {}, { open: true, value: '0', threshold: 'max 0' }],
    ['closes above max', vector('1'), {}, { open: false, value: '1', threshold: 'max 0' }],
    [
      'closes below min',
      vector('0.98999999'),
      { max: '1', min: '0.99' },
      { open: false, value: '0.99', threshold: 'min 0.99, max 1' },
    ],
    [
      'opens between both',
      vector('0.995'),
      { max: '1', min: '0.99' },
      { open: true, value: '0.995', threshold: 'min 0.99, max 1' },
    ],
    ['takes exponents', vector('1.5e-3'), { max: '0.01' }, { open: true, value: '0.0015', threshold: 'max 0.01' }],
    [
      'takes a scalar',
      json(200, { status: 'success', data: { resultType: 'scalar', result: [1, '0'] } }),
      {},
      { open: true, value: '0', threshold: 'max 0' },
    ],
    ['is closed by infinity', vector('+Inf'), {}, { open: false, value: 'Infinity', threshold: 'max 0' }],
    ['is closed by NaN', vector('NaN'), {}, { open: false, value: 'NaN', threshold: 'max 0' }],
    ['is closed by an empty text', vector(''), {}, { open: false, value: 'NaN', threshold: 'max 0' }],
    [
      'is closed by no sample',
      vector(),
      {},
      { open: false, message: 'the query gives no sample; "or vector(0)" would say what none means' },
    ],
    [
      'is closed by two samples',
      vector('0', '0'),
      {},
      { open: false, message: 'the query gives 2 samples, and one is expected' },
    ],
    [
      'is closed by a matrix',
      json(200, { status: 'success', data: { resultType: 'matrix', result: [] } }),
      {},
      { open: false, message: 'the query gives a matrix, no sample' },
    ],
    [
      'is closed by an error',
      json(400, { status: 'error', errorType: 'bad_data', error: 'parse error' }),
      {},
      { open: false, message: 'Prometheus answered 400: parse error' },
    ],
    [
      'is closed by a 500',
      (response) => response.writeHead(500).end('secret page'),
      {},
      { open: false, message: 'Prometheus answered 500' },
    ],
    [
      'is closed by what is no JSON',
      (response) => response.end('<html>'),
      {},
      { open: false, message: 'the answer is too large, or not the JSON of Prometheus' },
    ],
    [
      'is closed by a huge answer',
      (response) => response.end(JSON.stringify({ status: 'success', data: 'x'.repeat(100_000) })),
      {},
      { open: false, message: 'the answer is too large, or not the JSON of Prometheus' },
    ],
    [
      'follows no redirect',
      (response) => response.writeHead(302, { location: `${server.url}/elsewhere` }).end(),
      {},
      { open: false, message: 'Prometheus answered 302' },
    ],
  ])('%s', async (_, answer, limits, expected) => {
    server.answer(answer);
    expect(await look(prometheus(limits))).toEqual(expected);
    expect(server.requests).toHaveLength(1);
  });

  it('asks the query API below the path of its address', async () => {
    server.answer(vector('0'));
    await look(prometheus({ address: `${server.url}/prom/`, query: 'sum(x{a="b"}) or vector(0)' }));
    expect(server.requests[0]?.path).toBe('/prom/api/v1/query?query=sum%28x%7Ba%3D%22b%22%7D%29+or+vector%280%29');
  });

  it('is closed while nobody answers in time', async () => {
    server.answer(() => undefined);
    expect(await look(prometheus(), {}, 100)).toEqual({ open: false, message: `${server.host}: no answer in time` });
  });

  it('is closed while the answer does not end', async () => {
    server.answer((response) => response.write('{"status":'));
    expect(await look(prometheus(), {}, 100)).toEqual({ open: false, message: `${server.host}: no answer in time` });
  });

  it('is closed when the connection breaks', async () => {
    server.answer((response) => response.destroy());
    expect(await look(prometheus())).toMatchObject({ open: false, message: expect.stringContaining(server.host) as unknown });
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
    const sight = await look({ http: { url: `${server.url}/ready`, expectStatus } });
    expect(sight).toEqual({ open, value: `status ${status}`, threshold: `expected ${expectStatus}` });
    expect(server.requests).toHaveLength(1);
  });
});

describe('The addresses that gates may ask', () => {
  it.each([
    ['not the loopback, unless the administrator opens it', '', false],
    ['nothing that is not in the list', '10.0.0.0/8', false],
    ['what is in the list', '127.0.0.0/8', true],
  ])('are %s', async (_, allow, open) => {
    server.answer(vector('0'));
    const sight = await look(prometheus(), { allow });
    expect(sight.open).toBe(open);
    if (!open) expect(sight.message).toBe(`the administrator does not allow gates to ask ${server.host}`);
    expect(server.requests).toHaveLength(open ? 1 : 0);
  });
});

describe('gates[].prometheus.credential', () => {
  beforeEach(() => server.answer(vector('0')));

  it.each([
    ['monitoring', `Bearer ${TOKEN}`],
    ['basic', `Basic ${Buffer.from('anna:pass:word').toString('base64')}`],
  ])('%s goes along', async (credential, authorization) => {
    expect(await look(prometheus({ credential }))).toMatchObject({ open: true });
    expect(server.requests[0]?.authorization).toBe(authorization);
  });

  it('goes to hosts without a port in their entry as well', async () => {
    expect(await look(prometheus({ credential: 'monitoring' }), { hosts: ['127.0.0.1'] })).toMatchObject({ open: true });
  });

  it.each([
    ['that nobody has mounted', 'unknown', ['127.0.0.1'], 'the administrator has not given the operator a credential unknown'],
    ['for other hosts', 'monitoring', ['prometheus.example'], 'the credential monitoring is not for'],
    ['for another port', 'monitoring', ['127.0.0.1:1'], 'the credential monitoring is not for'],
    [
      'without a key',
      'empty',
      ['127.0.0.1'],
      'the credential empty has neither a token, nor a username and a password, nor a ca.crt',
    ],
  ])('%s closes the gate, and nothing is sent', async (_, credential, hosts, message) => {
    const sight = await look(prometheus({ credential }), { hosts });
    expect(sight).toMatchObject({ open: false, message: expect.stringContaining(message) as unknown });
    expect(JSON.stringify(sight)).not.toContain(TOKEN);
    expect(server.requests).toHaveLength(0);
  });
});
