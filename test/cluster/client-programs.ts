import { join } from 'node:path';
import { ensureBinaries } from './binaries.ts';
import { kubeconfigPath } from './control-plane.ts';
import { clusterDirectory } from './locations.ts';
import { runCommand, type CommandResult } from './run-command.ts';

/** Input and patience for kubectl and helm. */
export interface ClientOptions {
  readonly input?: string;
  readonly timeoutMs?: number;
}

/** The environment without what could select another cluster: an exported KUBECONFIG has no say here. */
export function clusterEnvironment(cluster: string): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('KUBE') && !name.startsWith('HELM_') && !name.startsWith('KUBERNETES_'),
  );
  const home = join(clusterDirectory(cluster), 'client');
  return {
    ...Object.fromEntries(inherited),
    KUBECONFIG: kubeconfigPath(cluster),
    KUBECACHEDIR: join(home, 'kubectl'),
    HELM_CACHE_HOME: join(home, 'helm/cache'),
    HELM_CONFIG_HOME: join(home, 'helm/config'),
    HELM_DATA_HOME: join(home, 'helm/data'),
  };
}

/** Runs kubectl or helm as the cluster's administrator. */
export async function runClient(
  cluster: string,
  program: 'kubectl' | 'helm',
  args: readonly string[],
  options: ClientOptions = {},
): Promise<CommandResult> {
  const binaries = await ensureBinaries([program]);
  return runCommand(binaries[program], ['--kubeconfig', kubeconfigPath(cluster), ...args], {
    env: clusterEnvironment(cluster),
    ...(options.input === undefined ? {} : { input: options.input }),
    timeoutMs: options.timeoutMs ?? 120_000,
  });
}
