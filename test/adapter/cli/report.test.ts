import { execFile } from 'node:child_process';
import { rm, mkdtemp } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';

// `baton report` as a process of its own, against a socket that answers what the test says.

// A process of its own takes a while to start on a busy machine.
jest.setTimeout(30_000);

const MAIN = fileURLToPath(new URL('../../../src/main.ts', import.meta.url));

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

let directory: string;
let server: Server | undefined;
let bodies: unknown[];
let prefers: unknown[];
beforeEach(async () => {
  bodies = [];
  prefers = [];
  directory = await mkdtemp(join(tmpdir(), 'baton-'));
});
afterEach(async () => {
  await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)));
  server = undefined;
  await rm(directory, { recursive: true });
});

/** Answers one request after the other; the last answer stays. */
async function answering(...answers: readonly { readonly status: number; readonly body: object }[]): Promise<void> {
  const left = [...answers];
  server = createServer((request, response) => {
    prefers.push(request.headers['prefer']);
    void text(request).then((body) => {
      bodies.push(body === '' ? request.url : JSON.parse(body));
      const answer = left.length > 1 ? left.shift() : left[0];
      response.writeHead(answer?.status ?? 500).end(JSON.stringify(answer?.body));
    });
  });
  await new Promise((resolve) => server?.listen(join(directory, 'report.sock'), () => resolve(undefined)));
}

const REPORTED = { status: 201, body: { status: 'reported', event: 'os-1' } };

async function baton(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const given = { PATH: '', BATON_SOCKET: join(directory, 'report.sock'), ...env };
    execFile(process.execPath, [MAIN, ...args], { env: given }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
    });
  });
}

describe('baton report', () => {
  it('sends a checkpoint for the next attempt', async () => {
    await answering(REPORTED);

    expect((await baton(['report', 'progressing', '--checkpoint', 'stage=kernel'])).code).toBe(0);
    expect(bodies).toEqual([{ reason: 'UpgradeProgressing', checkpoint: 'stage=kernel' }]);
  });

  it.each([
    ['started', 'UpgradeStarted'],
    ['progressing', 'UpgradeProgressing'],
    ['rebooting', 'UpgradeRebooting'],
    ['succeeded', 'UpgradeSucceeded'],
    ['failed', 'UpgradeFailed'],
    ['skipped', 'UpgradeSkipped'],
  ])('sends %s as %s', async (state, reason) => {
    await answering(REPORTED);

    expect(await baton(['report', state])).toEqual({ code: 0, stdout: 'Reported as Event os-1.\n', stderr: '' });
    expect(bodies).toEqual([{ reason }]);
    expect(prefers).toEqual([reason === 'UpgradeRebooting' ? 'wait=10' : undefined]);
  });

  it('prefers options to environment variables and ignores an empty variable', async () => {
    await answering(REPORTED);

    await baton(['report', '--reason', 'UpgradeStarted', '--process', 'os', '--note', 'n', '--progress', '7', '--task', 't'], {
      BATON_PROCESS: 'firmware',
      BATON_ATTEMPT: '2',
      BATON_VERSION: '6.12.31',
      BATON_FROM_VERSION: '',
    });

    expect(bodies).toEqual([
      { reason: 'UpgradeStarted', process: 'os', note: 'n', progress: 7, task: 't', attempt: 2, toVersion: '6.12.31' },
    ]);
  });

  it('says that a report is queued and exits with 0', async () => {
    await answering({ status: 202, body: { status: 'queued' } });

    expect(await baton(['report', 'started'])).toEqual({
      code: 0,
      stdout: 'Queued: the API server cannot be reached, and the reporter keeps retrying.\n',
      stderr: '',
    });
  });

  it('does not count a reboot as announced while it is only queued', async () => {
    await answering({ status: 202, body: { status: 'queued' } });

    const ended = await baton(['report', 'rebooting', '--timeout', '30']);

    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(/^The report is only queued: .* a reboot now would lose the report\./);
    expect(prefers).toEqual(['wait=30']);
  });

  it('retries while the reporter answers 503', async () => {
    await answering({ status: 503, body: { error: 'not yet' } }, REPORTED);

    expect((await baton(['report', 'started'])).code).toBe(0);
    expect(bodies).toHaveLength(2);
  });

  it.each([
    [400, 2],
    [409, 1],
    [502, 1],
  ])('prints the message of an answer %i once and exits with %i', async (status, code) => {
    await answering({ status, body: { error: 'A sentence.' } });

    expect(await baton(['report', 'started'])).toEqual({ code, stdout: '', stderr: 'A sentence.\n' });
    expect(bodies).toHaveLength(1);
  });

  it('exits with 1 and says what to check when there is no reporter', async () => {
    const ended = await baton(['report', 'started', '--timeout', '0']);

    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(
      /^No socket at .*report\.sock\. Check that this node is in its turn, that the reporter is installed,/,
    );
  });

  it('exits with 1 when the reporter does not answer in time', async () => {
    server = createServer(() => undefined);
    await new Promise((resolve) => server?.listen(join(directory, 'report.sock'), () => resolve(undefined)));

    const ended = await baton(['report', 'started', '--timeout', '0.1']);
    server.closeAllConnections();

    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(/did not answer in time\.\n$/);
  });

  it.each([
    [['report'], 'A state is required'],
    [['report', 'exploded'], "Unknown state 'exploded'. Use one of started, progressing, rebooting,"],
    [['report', '--reason', 'Started'], "Unknown state 'Started'. Use one of started"],
    [['report', 'started', '--reason', 'UpgradeFailed'], "Use either the argument 'started' or --reason, not both."],
    [['report', 'started', '--progress', 'half'], "--progress must be a whole number, got 'half'."],
    [['report', 'started', '--timeout', 'long'], "--timeout must be a number of seconds, got 'long'."],
    [['report', 'started', '--colour', 'x'], "unknown option '--colour'"],
    [['report', 'started', 'failed'], 'too many arguments'],
  ])('exits %j with 2 and says what is wrong', async (args, sentence) => {
    await answering(REPORTED);

    const ended = await baton(args);

    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain(sentence);
    expect(bodies).toEqual([]);
  });

  it.each([
    [200, 0],
    [503, 1],
  ])('--check maps an answer %i of /healthz to exit code %i without a retry', async (status, code) => {
    await answering({ status, body: status === 200 ? { status: 'ok' } : { error: 'not yet' } });

    expect((await baton(['report', '--check'])).code).toBe(code);
    expect(bodies).toEqual(['/healthz']);
  });
});

describe('baton', () => {
  it.each([
    [['--help'], 0],
    [['report', '--help'], 0],
    [['--version'], 0],
    [['upgrade'], 2],
    [[], 2],
  ])('exits %j with %i', async (args, code) => {
    expect((await baton(args)).code).toBe(code);
  });

  it('does not load the Kubernetes client for a report', async () => {
    const ended = await baton(['report', '--help'], { NODE_DEBUG: 'esm,module' });

    expect(ended.stdout).toContain('Usage: baton report');
    expect(ended.stderr).not.toContain('@kubernetes/client-node');
  });
});
