import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { sendJson, sendStatus, startServer } from '../kube/support/loopback-server.ts';
import type { LoopbackServer } from '../kube/support/loopback-server.ts';
import { TURN } from './reporter-harness.ts';

// `baton reporter` and `baton report` as processes of their own, against an API server on loopback that knows one Node and keeps Events.

const MAIN = fileURLToPath(new URL('../../../src/main.ts', import.meta.url));

// Processes take a while to start on a busy machine.
jest.setTimeout(60_000);

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

class Program {
  readonly #child: ChildProcess;
  readonly ended: Promise<Ended>;

  constructor(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const child = spawn(process.execPath, [MAIN, ...args], { env: { PATH: '', ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    const code = new Promise<number | null>((resolve) => child.once('close', resolve));
    this.ended = Promise.all([code, text(child.stdout), text(child.stderr)]).then(([ended, stdout, stderr]) => {
      return { code: ended, stdout, stderr };
    });
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }
}

let directory: string;
let server: LoopbackServer;
let reporter: Program | undefined;
const events = new Map<string, { readonly metadata: { readonly name: string }; readonly [field: string]: unknown }>();

beforeEach(async () => {
  events.clear();
  directory = await mkdtemp(join(tmpdir(), 'baton-'));
  server = await startServer((request, response) => {
    if (request.path === '/api/v1/nodes' && request.query['watch'] === 'true') response.writeHead(200).flushHeaders();
    else if (request.path === '/api/v1/nodes')
      sendJson(response, 200, { kind: 'NodeList', metadata: { resourceVersion: '5' }, items: [aNode()] });
    else if (request.method === 'POST' && request.path === '/apis/events.k8s.io/v1/namespaces/fleet/events') {
      const event = JSON.parse(request.body) as { readonly metadata: { readonly name: string } };
      events.set(event.metadata.name, { ...event });
      sendJson(response, 201, event);
    } else sendStatus(response, 404, 'NotFound');
  });
  await writeFile(join(directory, 'kubeconfig'), JSON.stringify(kubeconfig(server.url)));
});
afterEach(async () => {
  reporter?.kill('SIGKILL');
  await reporter?.ended;
  reporter = undefined;
  await server.close();
  await rm(directory, { recursive: true });
});

function aNode(): object {
  return {
    metadata: {
      name: 'node-217',
      uid: 'node-uid',
      resourceVersion: '4',
      annotations: { 'baton.dev/turn': JSON.stringify(TURN) },
    },
    status: { nodeInfo: { bootID: 'boot-1' } },
  };
}

function kubeconfig(url: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'c',
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
    clusters: [{ name: 'c', cluster: { server: url, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'u', user: { token: 't' } }],
  };
}

function socket(): string {
  return join(directory, 'report.sock');
}

function startReporter(env: Readonly<Record<string, string>> = {}): void {
  reporter = new Program(['reporter', '--kubeconfig', join(directory, 'kubeconfig')], {
    BATON_NODE: 'node-217',
    BATON_SOCKET: socket(),
    ...env,
  });
}

async function baton(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  return new Program(['report', ...args], { BATON_SOCKET: socket(), ...env }).ended;
}

describe('baton reporter and baton report', () => {
  it('turn a report from the command line into an Event and shut down in order at SIGTERM', async () => {
    startReporter();

    // The reporter is still starting: report waits for it.
    const first = await baton(['started', '--timeout', '15']);
    const check = await baton(['--check']);
    const second = await baton(['--reason', 'UpgradeProgressing', '--progress', '40', '--task', 'kernel', '--note', 'half way'], {
      BATON_PROCESS: 'os',
      BATON_ATTEMPT: '1',
      BATON_VERSION: '6.12.31',
      BATON_FROM_VERSION: '6.12.30',
    });
    const unknown = await baton(['--reason', 'UpgradeStarted', '--process', 'bios']);
    reporter?.kill('SIGTERM');
    const ended = await reporter?.ended;

    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(check).toEqual({ code: 0, stdout: 'The reporter accepts reports.\n', stderr: '' });
    expect(second.stdout).toBe(`Reported as Event ${[...events.keys()][1] ?? ''}.\n`);
    expect([...events.values()]).toMatchObject([
      { reason: 'UpgradeStarted', related: { name: 'node-217', uid: 'node-uid' } },
      {
        reason: 'UpgradeProgressing',
        note: 'node-217/os: half way',
        metadata: {
          annotations: {
            'baton.dev/boot-id': 'boot-1',
            'baton.dev/progress': '40',
            'baton.dev/task': 'kernel',
            'baton.dev/from-version': '6.12.30',
            'baton.dev/to-version': '6.12.31',
          },
        },
      },
    ]);
    expect(unknown).toEqual({
      code: 2,
      stdout: '',
      stderr: "`process` must be one of the processes of this turn (os), got 'bios'.\n",
    });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(server.requests.filter(({ path }) => path === '/api/v1/nodes').map(({ query }) => query['fieldSelector'])).toEqual([
      'metadata.name=node-217',
      'metadata.name=node-217',
    ]);
  });

  it('name the variable that is missing', async () => {
    startReporter({ BATON_NODE: '' });

    expect(await reporter?.ended).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'The environment variable BATON_NODE is not set: set it to the name of this node (in a Pod: fieldRef spec.nodeName).\n',
    });
  });
});
