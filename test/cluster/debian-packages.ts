import { installLine } from './package-decision.ts';
import { runCommand, type CommandOptions, type CommandResult } from './run-command.ts';

/** Runs a command to its end. */
export type Run = (command: string, args: readonly string[], options?: CommandOptions) => Promise<CommandResult>;

const updateTimeoutMs = 5 * 60_000;
const installOptions = ['-q', '-y', '--no-install-recommends', '--no-remove', '-o', 'DPkg::Lock::Timeout=300'];

function explain(command: string, packages: readonly string[], outputs: readonly string[]): Error {
  const lines = [
    `${command} failed, so these Debian packages are still missing: ${packages.join(' ')}.`,
    'Check the network connection and the package sources in /etc/apt, then run the same command again.',
    `Or install them yourself: ${installLine(packages)}`,
    ...outputs.map((output) => output.trim().slice(-2000)).filter((output) => output !== ''),
  ];
  return new Error(lines.join('\n'));
}

/** Installs Debian packages. It never removes an installed package to make room for them. */
export async function installPackages(packages: readonly string[], run: Run = runCommand): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const update = await run('apt-get', ['update', '-q'], { env, timeoutMs: updateTimeoutMs });
  if (update.code !== 0) throw explain('apt-get update', packages, [update.stderr]);
  // No timeout here: an interrupted installation leaves packages half configured.
  const install = await run('apt-get', ['install', ...installOptions, ...packages], { env });
  // apt-get update succeeds with warnings when it cannot read a package source.
  if (install.code !== 0) throw explain('apt-get install', packages, [update.stderr, install.stderr]);
}
