import { findCommand } from './installed.ts';
import { runCommand } from './run-command.ts';

const minimumMinor = 26;

/** Checks that Go can build the programs, and gives the path of the go command. */
export async function requireGo(): Promise<string> {
  const path = findCommand('go');
  const found = path === undefined ? '' : (await runCommand(path, ['env', 'GOVERSION'])).stdout.trim();
  const minor = /^go1\.(\d+)/.exec(found)?.[1];
  if (path !== undefined && minor !== undefined && Number(minor) >= minimumMinor) return path;
  throw new Error(
    `Kubernetes is built from source, which needs Go 1.${minimumMinor} or later; this machine has ${found || 'no Go'}${path === undefined ? '' : ` (${path})`}. ` +
      'Get Go from https://go.dev/dl/, put its bin folder on the PATH, and run the same command again',
  );
}
