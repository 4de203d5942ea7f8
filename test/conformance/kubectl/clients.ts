import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kubeconfigText } from '../../../src/simulator/serve/kubeconfig.ts';
import { serve } from '../../../src/simulator/serve/serve.ts';
import { RecordingLog, type LogLine } from '../../adapter/kube/support/recording-log.ts';
import { ensureBinaries } from '../../cluster/binaries.ts';
import { runCommand, type CommandResult } from '../../cluster/run-command.ts';
import { createEmbedded, startReal } from '../servers.ts';

/** kubectl for one server, in one namespace. */
export interface KubectlClient {
  run(args: readonly string[], input?: string): Promise<CommandResult>;
  /** The first lines that a command prints which does not end by itself. The next step is taken after each line. */
  lines(args: readonly string[], steps: readonly (() => Promise<unknown>)[]): Promise<readonly string[]>;
  close(): Promise<void>;
}

export const NAMESPACE = 'demo';
const TIMEOUT_MS = 30_000;

/** kubectl for a real kube-apiserver. */
export async function realClient(): Promise<KubectlClient> {
  const server = await startReal('conformance-kubectl');
  return client(server.cluster.kubeconfigPath, () => server.close());
}

/** kubectl for the embedded API server; `warnings` are what it does not support. */
export async function embeddedClient(): Promise<KubectlClient & { warnings: () => readonly LogLine[] }> {
  const log = new RecordingLog();
  const served = await serve({ server: createEmbedded(log), log });
  const folder = mkdtempSync(join(tmpdir(), 'baton-kubectl-'));
  const path = join(folder, 'kubeconfig');
  writeFileSync(path, kubeconfigText(served.url));
  const kubectl = await client(path, async () => {
    await served.close();
    rmSync(folder, { recursive: true });
  });
  return { ...kubectl, warnings: () => log.lines.filter(({ level }) => level !== 'debug' && level !== 'info') };
}

async function client(kubeconfig: string, close: () => Promise<void>): Promise<KubectlClient> {
  const { kubectl } = await ensureBinaries(['kubectl']);
  const cache = mkdtempSync(join(tmpdir(), 'baton-kubectl-cache-'));
  const env = { PATH: process.env['PATH'], HOME: cache, KUBECONFIG: kubeconfig, KUBECACHEDIR: cache };
  function complete(args: readonly string[]): readonly string[] {
    return ['--namespace', NAMESPACE, ...args];
  }
  return {
    run: (args, input) =>
      runCommand(kubectl, complete(args), { env, timeoutMs: TIMEOUT_MS, ...(input === undefined ? {} : { input }) }),
    lines: async (args, steps) => {
      const child = spawn(kubectl, complete(args), { env, stdio: ['ignore', 'pipe', 'inherit'] });
      const timer = setTimeout(() => child.kill(), TIMEOUT_MS);
      const seen: string[] = [];
      let text = '';
      let next = 0;
      for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
        text += chunk.toString();
        const complete = text.split('\n');
        text = complete.pop() ?? '';
        seen.push(...complete);
        const step = steps[next];
        if (step === undefined) break;
        next += 1;
        await step();
      }
      clearTimeout(timer);
      child.kill();
      return seen;
    },
    close: async () => {
      rmSync(cache, { recursive: true });
      await close();
    },
  };
}
