import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { UpgradePlan } from '../../../../src/api/generated/upgradeplan.ts';
import { createAddressPolicy } from '../../../../src/net/address-policy.ts';
import { createHttpFetcher, type HttpFetcher } from '../../../../src/net/http-fetcher.ts';
import { createCredentials } from '../../../../src/operator/credentials.ts';
import { alertmanagerSilencer } from '../../../../src/operator/silences/alertmanager-silences.ts';
import { SilenceKeeper } from '../../../../src/operator/silences/silence-keeper.ts';
import { systemClock } from '../../../../src/runtime/clock.ts';
import { aPlan } from '../../../unit/core/rollout/support/objects.ts';
import { json, startServer, type AnsweringServer } from '../gates/prometheus-server.ts';

let server: AnsweringServer;
let http: HttpFetcher;
let keeper: SilenceKeeper;
let now: number;
let bodies: Record<string, unknown>[];
let problems: object[];
let status: number;
let credential: string | undefined;
let directory: string;

beforeEach(async () => {
  [now, bodies, problems, status] = [Date.parse('2026-11-21T22:00:00Z'), [], [], 200];
  server = await startServer();
  credential = undefined;
  directory = mkdtempSync(join(tmpdir(), 'baton-credentials-'));
  server.answer((response, request: IncomingMessage) => {
    void text(request).then((body) => {
      if (body !== '') bodies.push(JSON.parse(body) as Record<string, unknown>);
      json(status, { silenceID: `silence-${server.requests.length}` })(response, request);
    });
  });
  http = createHttpFetcher({ policy: createAddressPolicy({ allow: '127.0.0.1', apiServer: [] }), maxBodyBytes: 4096 });
  const credentials = createCredentials([{ name: 'monitoring', hosts: [server.host] }], directory, (path) => readFile(path));
  const silencer = alertmanagerSilencer({ http, credentials, userAgent: 'baton/test' });
  const quiet = (): void => undefined;
  const warn = (_message: string, fields: object = {}): void => void problems.push(fields);
  const log = { debug: quiet, info: quiet, warn, error: warn };
  keeper = new SilenceKeeper({ silencer, now: () => now, setTimer: systemClock.setTimer, log });
});
afterEach(async () => {
  await keeper.stop();
  await Promise.all([http.close(), server.close()]);
  rmSync(directory, { recursive: true });
});

/** Updates the silences, and waits until the requests have ended. */
async function update(inTurn: readonly string[], failed: readonly string[] = [], requests = 0): Promise<void> {
  const plan = aPlan();
  const alertmanager = { url: `${server.url}/am/`, ...(credential === undefined ? {} : { credential }) };
  const silences = { alertmanager, matchers: [{ name: 'node', value: '$(BATON_NODE)' }] };
  const silenced: UpgradePlan = { ...plan, spec: { ...plan.spec, notify: { ...plan.spec.notify, silences } } };
  const before = server.requests.length + problems.length;
  keeper.update({ plan: silenced, inTurn: new Set(inTurn), failed: new Set(failed) });
  while (server.requests.length + problems.length < before + requests) await new Promise((resolve) => setTimeout(resolve, 5));
  await new Promise((resolve) => setTimeout(resolve, 30));
}

describe('notify.silences', () => {
  it('silences the alerts of a node in its turn for a short time', async () => {
    await update(['node-1'], [], 1);
    expect(server.requests.map(({ path }) => path)).toEqual(['/am/api/v2/silences']);
    expect(bodies).toEqual([
      {
        matchers: [{ name: 'node', value: 'node-1', isRegex: false, isEqual: true }],
        startsAt: '2026-11-21T22:00:00Z',
        endsAt: '2026-11-21T22:05:00Z',
        createdBy: expect.stringMatching(/^baton \(UpgradePlan .+\/.+\)$/),
        comment: expect.stringContaining('node-1 is being upgraded to'),
      },
    ]);
  });

  it('extends the silence while the turn lasts', async () => {
    await update(['node-1'], [], 1);
    await update(['node-1']);
    now += 240_000;
    await update(['node-1'], [], 1);
    expect(bodies).toHaveLength(2);
    expect(bodies[1]).toMatchObject({ id: 'silence-1', endsAt: '2026-11-21T22:09:00Z' });
  });

  it('lifts the silence when the node fails, and leaves it when the turn succeeds', async () => {
    await update(['node-1', 'node-2'], [], 2);
    await update([], ['node-2'], 1);
    expect(server.requests.at(-1)?.path).toBe('/am/api/v2/silence/silence-2');
    await update([], ['node-2']);
    expect(server.requests).toHaveLength(3);
  });

  it('retries when Alertmanager fails', async () => {
    status = 500;
    await update(['node-1'], [], 2);
    expect(problems).toEqual([expect.objectContaining({ node: 'node-1', problem: 'Alertmanager answered 500' })]);
    status = 200;
    await update(['node-1'], [], 1);
    expect(bodies).toHaveLength(2);
    expect(problems).toHaveLength(1);
  });

  it.each([
    { title: 'a token', files: { token: 'hush\n' }, authorization: 'Bearer hush' },
    {
      title: 'a user name and a password',
      files: { username: 'baton', password: 'hush\n' },
      authorization: `Basic ${Buffer.from('baton:hush').toString('base64')}`,
    },
  ])('sends $title that the administrator has mounted', async ({ files, authorization }) => {
    mkdirSync(join(directory, 'monitoring'));
    for (const [file, value] of Object.entries(files)) writeFileSync(join(directory, 'monitoring', file), value);
    credential = 'monitoring';
    await update(['node-1'], [], 1);
    await update([], ['node-1'], 1);
    expect(server.requests.map((request) => request.authorization)).toEqual([authorization, authorization]);
  });

  it('sends nothing when the credential is not for this host', async () => {
    credential = 'unknown';
    await update(['node-1'], [], 1);
    expect(server.requests).toEqual([]);
    expect(problems).toEqual([expect.objectContaining({ problem: expect.stringContaining('no credential unknown') })]);
  });
});
