import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import type { Log } from '../../api/log.ts';
import type { ApiServer } from '../../simulator/api-server/create-api-server.ts';
import { kubeconfigText } from '../../simulator/serve/kubeconfig.ts';
import { serve } from '../../simulator/serve/serve.ts';

/** A simulated cluster that kubectl can reach. */
export interface ServedCluster {
  /** Path of its kubeconfig. */
  readonly kubeconfig: string;
  /** Ends all requests and deletes the kubeconfig. */
  close(): Promise<void>;
}

/** What to serve. */
export interface ServeClusterOptions {
  readonly api: Pick<ApiServer, 'handle'>;
  readonly log: Log;
  /** The namespace that kubectl uses by default. */
  readonly namespace: string;
}

const SIGNALS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Serves a simulated cluster on the loopback address, and writes a kubeconfig for it into a new directory. The directory is
 * deleted when the process exits; a signal ends the process at once.
 */
export async function serveCluster({ api, log, namespace }: ServeClusterOptions): Promise<ServedCluster> {
  const served = await serve({ server: api, log });
  const directory = mkdtempSync(join(tmpdir(), 'baton-simulation-'));
  const remove = (): void => rmSync(directory, { recursive: true, force: true });
  process.once('exit', remove);
  const handlers = Object.entries(SIGNALS).map(([signal, code]) => {
    const handler = (): void => {
      process.exit(code);
    };
    process.once(signal, handler);
    return [signal, handler] as const;
  });
  const kubeconfig = join(directory, 'kubeconfig');
  writeFileSync(kubeconfig, kubeconfigText(served.url, namespace), { mode: 0o600 });
  return {
    kubeconfig,
    close: async () => {
      for (const [signal, handler] of handlers) process.off(signal, handler);
      process.off('exit', remove);
      remove();
      await served.close();
    },
  };
}
