import { findCommand } from './installed.ts';
import { runCommand } from './run-command.ts';

const minimumMinor = 26;

/** A go command and what it answers to `go env GOVERSION`. */
export interface FoundGo {
  readonly path: string;
  readonly version: string;
}

/** Says in one sentence why this Go cannot build the programs and how to get one that can; undefined when it can. */
export function describeUnusableGo(found: FoundGo | undefined): string | undefined {
  const minor = /^go1\.(\d+)/.exec(found?.version ?? '')?.[1];
  if (minor !== undefined && Number(minor) >= minimumMinor) return undefined;
  const here = found === undefined ? 'no Go' : `${found.version || 'a Go that does not run'} (${found.path})`;
  return (
    `Kubernetes is built from source, which needs Go 1.${minimumMinor} or later; this machine has ${here}. ` +
    'Get Go from https://go.dev/dl/, put its bin folder on the PATH, and run the same command again.'
  );
}

/** Checks that Go can build the programs, and gives the path of the go command. */
export async function requireGo(): Promise<string> {
  const path = findCommand('go');
  const found = path === undefined ? undefined : { path, version: (await runCommand(path, ['env', 'GOVERSION'])).stdout.trim() };
  const problem = describeUnusableGo(found);
  if (found === undefined || problem !== undefined) throw new Error(problem);
  return found.path;
}
