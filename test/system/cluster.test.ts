import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { busyboxImage, ensureBinaries, startCluster, type Cluster } from '../cluster/cluster.ts';
import { binariesDirectory } from '../cluster/locations.ts';
import { isAlive, processIds } from '../cluster/processes.ts';
import { mustRun, runCommand } from '../cluster/run-command.ts';
import { readState } from '../cluster/state.ts';
import { clusterBinaryNames } from '../cluster/versions.ts';
import { waitFor } from '../cluster/wait-for.ts';
import { print } from '../support/print.ts';

const program = fileURLToPath(new URL('../cluster/main.ts', import.meta.url));
const firstBuildTimeoutMs = 45 * 60_000;
const startTimeoutMs = 180_000;

// A cache of its own, so that what belongs to these clusters can be told from the clusters of other tests.
let cache: string;

beforeAll(async () => {
  await ensureBinaries(clusterBinaryNames, print);
  cache = mkdtempSync(join(tmpdir(), 'baton-cluster-test-'));
  symlinkSync(binariesDirectory(), join(cache, 'bin'));
  process.env['BATON_CACHE_DIR'] = cache;
}, firstBuildTimeoutMs);
afterAll(async () => {
  await mustRun(process.execPath, [program, 'down', '--all'], { env: { ...process.env } });
  rmSync(cache, { recursive: true });
}, startTimeoutMs);

function startUp(name: string, env: NodeJS.ProcessEnv = {}): ChildProcess {
  return spawn(process.execPath, [program, 'up', '--name', name, '--nodes', '2'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    // It has just ended.
    return '';
  }
}

/** What the machine shows of the clusters in this file's cache: network devices and routes, mounts, processes, cgroups. */
async function traces(block: number | undefined): Promise<string[]> {
  const mine = (line: string): boolean => line.includes(cache);
  const devices = (await mustRun('ip', ['-brief', 'address'])).split('\n');
  const routes = (await mustRun('ip', ['route'])).split('\n');
  const ofBlock = (line: string): boolean => block !== undefined && new RegExp(`\\bbaton${block}\\b`).test(line);
  const processes = processIds()
    .map(commandLine)
    .filter((line) => !line.includes('jest'));
  return [
    ...[...devices, ...routes].filter(ofBlock),
    ...readFileSync('/proc/self/mounts', 'utf8').split('\n').filter(mine),
    ...processes.filter(mine),
    ...readdirSync(join(cache, 'clusters')),
  ];
}

async function addressOf(cluster: Cluster, pod: string): Promise<string> {
  const answer = await cluster.kubectl(['get', 'pod', pod, '-o', 'jsonpath={.status.podIP}']);
  return answer.stdout;
}

describe('a cluster with real nodes', () => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await startCluster({ name: 'nodes', nodes: 2 });
  }, startTimeoutMs);
  afterAll(() => cluster.stop(), startTimeoutMs);

  async function shownBootIds(): Promise<Record<string, string>> {
    const columns = 'custom-columns=N:.metadata.name,B:.status.nodeInfo.bootID';
    const { stdout } = await cluster.kubectl(['get', 'nodes', '--no-headers', '-o', columns]);
    return Object.fromEntries(
      stdout
        .trim()
        .split('\n')
        .map((line) => line.split(/\s+/) as [string, string]),
    );
  }

  it('gives every node a boot id of its own, and a new one with a reboot', async () => {
    const before = await shownBootIds();
    expect(before).toStrictEqual({ 'node-1': cluster.nodes[0]!.bootId(), 'node-2': cluster.nodes[1]!.bootId() });
    expect(before['node-1']).not.toBe(before['node-2']);

    await cluster.nodes[1]!.reboot();
    const after = cluster.nodes[1]!.bootId();
    expect(after).not.toBe(before['node-2']);
    await waitFor(async () => (await shownBootIds())['node-2'] === after, { what: 'the new boot id', timeoutMs: 60_000 });
    expect((await shownBootIds())['node-1']).toBe(before['node-1']);
    const ready = await cluster.kubectl(['wait', '--for=condition=Ready', 'node/node-2', '--timeout=60s']);
    expect(ready).toMatchObject({ code: 0 });
  }, 120_000);

  it("shows a receiver on the host the Pod's own address, which tells the node", async () => {
    const senders: string[] = [];
    const receiver = createServer((request, response) => {
      senders.push(request.socket.remoteAddress ?? '');
      response.end();
    });
    receiver.listen(0, cluster.hostAddress);
    await once(receiver, 'listening');
    const { port } = receiver.address() as { port: number };
    try {
      const url = `http://${cluster.hostAddress}:${port}/`;
      const pod = {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'sender' },
        spec: {
          nodeName: 'node-2',
          containers: [{ name: 'sender', image: busyboxImage, command: ['sh', '-c', `wget -O - ${url}; sleep 3600`] }],
        },
      };
      expect(await cluster.kubectl(['apply', '-f', '-'], { input: JSON.stringify(pod) })).toMatchObject({ code: 0 });
      await waitFor(() => senders.length > 0, { what: 'the request', timeoutMs: 60_000 });
      await waitFor(async () => (await addressOf(cluster, 'sender')) !== '', { what: 'the address', timeoutMs: 30_000 });
      expect(senders).toStrictEqual([await addressOf(cluster, 'sender')]);
      const [network] = cluster.nodes[1]!.podCidr.split('.0/24');
      expect(senders[0]).toMatch(new RegExp(`^${network}\\.\\d+$`));
    } finally {
      receiver.close();
    }
  }, 120_000);

  it('is the one that kubectl finds, whatever KUBECONFIG is exported', async () => {
    process.env['KUBECONFIG'] = '/nonexistent/other-cluster';
    try {
      const { stdout } = await cluster.kubectl(['config', 'view', '-o', 'jsonpath={.clusters[*].cluster.server}']);
      expect(stdout).toBe(cluster.server);
    } finally {
      delete process.env['KUBECONFIG'];
    }
  });

  it(
    'has another one beside it that it knows nothing of',
    async () => {
      const other = await startCluster({ name: 'other', nodes: 1 });
      try {
        expect(other.server).not.toBe(cluster.server);
        await other.kubectl(['create', 'namespace', 'only-there']);
        expect((await cluster.kubectl(['get', 'namespace', 'only-there'])).stderr).toContain('NotFound');
        expect((await other.kubectl(['get', 'nodes', '-o', 'name'])).stdout.trim()).toBe('node/node-1');
      } finally {
        await other.stop();
      }
      expect(await cluster.kubectl(['get', '--raw', '/readyz'])).toMatchObject({ code: 0, stdout: 'ok' });
    },
    startTimeoutMs,
  );

  it(
    'is repaired when it is asked for again',
    async () => {
      await cluster.nodes[0]!.killKubelet();
      await cluster.nodes[1]!.powerOff();
      await cluster.killApiServer();
      await startCluster({ name: 'nodes', nodes: 2 });
      const recorded = readState('nodes')?.processes ?? [];
      expect(recorded.filter((known) => !isAlive(known))).toStrictEqual([]);
    },
    startTimeoutMs,
  );
});

describe('what is left of a cluster', () => {
  it(
    'is nothing after SIGKILL of `up` and of every daemon, once `down` has run',
    async () => {
      mkdirSync(join(cache, 'clusters'), { recursive: true });
      const up = startUp('killed');
      await waitFor(() => (readState('killed')?.processes.length ?? 0) > 8, {
        what: 'daemons to be started',
        timeoutMs: startTimeoutMs,
        intervalMs: 5,
      });
      up.kill('SIGKILL');
      await once(up, 'exit');
      const state = readState('killed');
      expect(await traces(state?.block)).not.toStrictEqual([]);
      for (const recorded of state?.processes ?? []) {
        if (isAlive(recorded)) process.kill(recorded.pid, 'SIGKILL');
      }

      await mustRun(process.execPath, [program, 'down', '--name', 'killed'], { env: { ...process.env } });
      await waitFor(async () => (await traces(state?.block)).length === 0, {
        what: 'every trace to be gone',
        timeoutMs: 5000,
      });
    },
    startTimeoutMs,
  );

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'is nothing after %s during `up`, without `down`',
    async (signal) => {
      const up = startUp('interrupted');
      await waitFor(() => (readState('interrupted')?.processes.length ?? 0) > 6, {
        what: 'daemons to be started',
        timeoutMs: startTimeoutMs,
        intervalMs: 5,
      });
      const block = readState('interrupted')?.block;
      up.kill(signal);
      const [, endedBy] = (await once(up, 'exit')) as [number | null, string | null];
      expect(endedBy).toBe(signal);
      expect(await traces(block)).toStrictEqual([]);
    },
    startTimeoutMs,
  );

  it(
    'is its logs, when they were asked for',
    async () => {
      const up = startUp('logged');
      await once(up, 'exit');
      await mustRun(process.execPath, [program, 'down', '--name', 'logged', '--keep-logs'], { env: { ...process.env } });
      const kept = readdirSync(join(cache, 'logs')).filter((name) => name.startsWith('logged-'));
      expect(kept).toHaveLength(1);
      expect(readdirSync(join(cache, 'logs', kept[0]!))).toEqual(
        expect.arrayContaining(['kube-apiserver.log', 'audit.log', 'node-1-kubelet.log']),
      );
      expect(await runCommand(process.execPath, [program, 'list'], { env: { ...process.env } })).toMatchObject({ stdout: '' });
    },
    startTimeoutMs,
  );
});
