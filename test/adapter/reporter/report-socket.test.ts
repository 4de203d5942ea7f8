import { access, mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openSocket } from '../../../src/reporter/report-socket.ts';
import { ReporterHarness, openTurn, useRealSockets } from './reporter-harness.ts';

useRealSockets();

let reporter: ReporterHarness;
beforeEach(async () => {
  reporter = await ReporterHarness.create();
});
afterEach(async () => {
  await reporter.dispose();
});

describe('POST /v1/reports', () => {
  it('answers 201 with the name of the new Event', async () => {
    await reporter.start();

    const answer = await reporter.post({ reason: 'UpgradeProgressing', note: 'Installing', progress: 40 });

    const [name] = reporter.events.events.keys();
    expect(answer).toEqual({ status: 201, body: { status: 'reported', namespace: 'fleet', event: name } });
    expect(reporter.events.events.get(name!)).toMatchObject({
      metadata: { namespace: 'fleet', labels: { 'baton.dev/plan': 'kernel', 'baton.dev/batch': 'kernel-7f3c-4' } },
      regarding: { kind: 'UpgradeBatch', name: 'kernel-7f3c-4', uid: 'batch-uid' },
      related: { kind: 'Node', name: 'node-217', uid: 'node-uid' },
      action: 'os',
      reason: 'UpgradeProgressing',
      note: 'node-217/os: Installing',
      reportingInstance: 'baton-reporter-abcde',
    });
  });

  it('uses the attempt and the process of the request', async () => {
    reporter.view = openTurn({ processes: ['os', 'firmware'], attempt: 3 });
    await reporter.start();

    await reporter.post({ reason: 'UpgradeStarted', process: 'firmware', attempt: 2 });
    await reporter.post({ reason: 'UpgradeStarted', process: 'os' });

    const made = [...reporter.events.events.values()].map((event) => [
      event.action,
      event.metadata.annotations['baton.dev/attempt'],
    ]);
    expect(made).toEqual([
      ['firmware', '2'],
      ['os', '3'],
    ]);
  });

  it.each([
    ['no process in a turn with several', { reason: 'UpgradeStarted' }, 'because this turn has several processes: os, firmware'],
    [
      'a process of another plan',
      { reason: 'UpgradeStarted', process: 'bios' },
      'one of the processes of this turn (os, firmware)',
    ],
    ['an unknown reason', { reason: 'Started', process: 'os' }, '`reason` must be one of UpgradeStarted'],
    ['a list', [], 'The report must be a JSON object'],
  ])('answers 400 with a sentence for %s', async (_name, body, sentence) => {
    reporter.view = openTurn({ processes: ['os', 'firmware'] });
    await reporter.start();

    const answer = await reporter.post(body);

    expect(answer.status).toBe(400);
    expect(answer.body['error']).toContain(sentence);
    expect(reporter.events.creates).toBe(0);
  });

  it('answers 400 with an example for a body that is not JSON', async () => {
    await reporter.start();

    const answer = await reporter.send('POST', '/v1/reports', 'started');

    expect(answer.status).toBe(400);
    expect(answer.body['error']).toMatch(/^The body must be JSON, for example {"reason":"UpgradeStarted"}: .*\.$/);
  });

  it('answers 413 for a body that is too long, after reading it to its end', async () => {
    await reporter.start();

    expect(await reporter.post({ reason: 'UpgradeFailed', note: 'x'.repeat(1_000_000) })).toEqual({
      status: 413,
      body: { error: 'The body must have at most 65536 bytes.' },
    });
  });

  it('answers 409 outside a turn', async () => {
    reporter.view = { kind: 'Closed' };
    await reporter.start();

    const answer = await reporter.post({ reason: 'UpgradeStarted' });

    expect(answer.status).toBe(409);
    expect(answer.body['error']).toContain('not in its turn');
  });

  it('answers 503 until it has read its Node', async () => {
    reporter.view = { kind: 'Unknown' };
    await reporter.start();

    expect((await reporter.post({ reason: 'UpgradeStarted' })).status).toBe(503);
    expect((await reporter.call('GET', '/healthz')).status).toBe(503);
    reporter.view = openTurn();
    expect((await reporter.post({ reason: 'UpgradeStarted' })).status).toBe(201);
    expect((await reporter.call('GET', '/healthz')).status).toBe(200);
  });
});

describe('the other paths', () => {
  it('GET /v1/turn shows the turn', async () => {
    await reporter.start();

    expect(await reporter.call('GET', '/v1/turn')).toEqual({
      status: 200,
      body: {
        node: 'node-217',
        bootId: 'boot-1',
        namespace: 'fleet',
        plan: 'kernel',
        batch: 'kernel-7f3c-4',
        processes: ['os'],
        attempt: 1,
        openedTime: '2026-01-02T03:04:05Z',
      },
    });
  });

  it('GET /v1/checkpoint returns the checkpoints of earlier attempts', async () => {
    reporter.view = openTurn({ attempt: 2, processes: ['os', 'fw'], checkpoints: { os: 'stage=kernel\nimage=a=b' } });
    await reporter.start();

    expect(await reporter.call('GET', '/v1/checkpoint?process=os')).toEqual({
      status: 200,
      body: { process: 'os', attempt: 2, checkpoint: { stage: 'kernel', image: 'a=b' } },
    });
    expect((await reporter.call('GET', '/v1/checkpoint?process=fw')).body).toMatchObject({ checkpoint: {} });
    expect((await reporter.call('GET', '/v1/checkpoint')).status).toBe(400);
  });

  it('POST /v1/reports puts a checkpoint into the Event and rejects an invalid one', async () => {
    await reporter.start();

    expect((await reporter.post({ reason: 'UpgradeProgressing', checkpoint: 'stage=kernel' })).status).toBe(201);
    expect([...reporter.events.events.values()][0]?.metadata.annotations['baton.dev/checkpoint']).toBe('stage=kernel');
    expect(await reporter.post({ reason: 'UpgradeProgressing', checkpoint: 'stage' })).toMatchObject({
      status: 400,
      body: { error: expect.stringContaining('`checkpoint` must be key=value') },
    });
  });

  it('GET /v1/turn answers 404 outside a turn', async () => {
    reporter.view = { kind: 'Closed' };
    await reporter.start();

    expect((await reporter.call('GET', '/v1/turn')).status).toBe(404);
  });

  it.each([
    {
      method: 'GET',
      path: '/v1/report',
      status: 404,
      sentence: 'POST /v1/reports, GET /v1/turn, GET /v1/checkpoint, GET /healthz',
    },
    { method: 'GET', path: '/v1/reports', status: 405, sentence: '/v1/reports requires the method POST, got GET.' },
  ] as const)('answers $method $path with $status', async ({ method, path, status, sentence }) => {
    await reporter.start();

    const answer = await reporter.call(method, path);

    expect(answer.status).toBe(status);
    expect(answer.body['error']).toContain(sentence);
  });
});

describe('the socket file', () => {
  it('may be used by every user and is alone in its directory', async () => {
    await reporter.start();

    expect((await stat(reporter.socketPath)).mode & 0o777).toBe(0o666);
    expect(await readdir(dirname(reporter.socketPath))).toEqual(['report.sock']);
  });

  it('replaces the file of a reporter that was killed', async () => {
    await mkdir(dirname(reporter.socketPath));
    await writeFile(reporter.socketPath, '');
    await reporter.start();

    expect((await reporter.call('GET', '/healthz')).status).toBe(200);
  });

  it('is removed when the reporter stops', async () => {
    await reporter.start();

    await reporter.stop();

    await expect(access(reporter.socketPath)).rejects.toThrow('ENOENT');
  });

  it('stays when the next reporter has already replaced it', async () => {
    await reporter.start();
    const next = await ReporterHarness.create();
    await next.start({ socketPath: reporter.socketPath });

    await reporter.stop();
    const answer = await reporter.call('GET', '/healthz').finally(() => next.dispose());

    expect(answer.status).toBe(200);
  });

  it('says what to check when it cannot be opened', async () => {
    const path = join(reporter.directory, `${'x'.repeat(200)}.sock`);
    await reporter.start();

    await expect(openSocket(path, () => Promise.reject(new Error('Nobody asks.')), reporter.log)).rejects.toThrow(
      'check that its directory is writable and its path shorter than 108 bytes.',
    );
  });
});
