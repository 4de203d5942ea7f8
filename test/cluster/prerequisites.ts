import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { mustRun, runCommand } from './run-command.ts';

interface Prerequisite {
  readonly what: string;
  readonly package: string;
  readonly present: () => boolean;
}

// Debian keeps some of these where the PATH of a service or of `su` does not look.
const extraFolders = ['/usr/sbin', '/sbin', '/usr/bin', '/bin'];

/** The path of an installed command, or undefined. */
export function findCommand(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...extraFolders];
  return folders
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        // Not in this folder.
        return false;
      }
    });
}

const pluginFolders = ['/usr/lib/cni', '/opt/cni/bin', '/usr/libexec/cni'];

/** The folder that holds the CNI plugins, or undefined. */
export function findPluginFolder(): string | undefined {
  return pluginFolders.find((folder) => ['bridge', 'host-local', 'loopback'].every((name) => existsSync(join(folder, name))));
}

function command(name: string, packageName: string): Prerequisite {
  return { what: name, package: packageName, present: () => findCommand(name) !== undefined };
}

const always = [command('openssl', 'openssl')];

const forRealNodes: readonly Prerequisite[] = [
  command('ip', 'iproute2'),
  command('unshare', 'util-linux'),
  command('nsenter', 'util-linux'),
  command('mount', 'mount'),
  command('runc', 'runc'),
  command('busybox', 'busybox-static'),
  {
    what: `the CNI plugins bridge, host-local and loopback (in ${pluginFolders.join(', ')})`,
    package: 'containernetworking-plugins',
    present: () => findPluginFolder() !== undefined,
  },
];

/** Checks that everything is installed, and names all that is missing in one line to run. In CI it installs it. */
export async function requirePrerequisites(o: { readonly realNodes: boolean }): Promise<void> {
  if (process.platform !== 'linux') throw new Error(`the test cluster needs Linux; this is ${process.platform}`);
  if (o.realNodes && process.getuid?.() !== 0) {
    throw new Error('a cluster with real nodes needs root (namespaces and mounts). Run it as root, or use --control-plane-only');
  }
  const wanted = o.realNodes ? [...always, ...forRealNodes] : always;
  const absent = (): Prerequisite[] => wanted.filter((prerequisite) => !prerequisite.present());
  let missing = absent();
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map((prerequisite) => prerequisite.package))];
  const install = `apt-get update && apt-get install -y --no-install-recommends ${packages.join(' ')}`;
  if (process.env['CI'] === 'true' && process.getuid?.() === 0) {
    await mustRun('sh', ['-c', install], { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
    missing = absent();
    if (missing.length === 0) return;
  }
  throw new Error(
    `the test cluster needs what is not installed here: ${missing.map((prerequisite) => prerequisite.what).join(', ')}.\nRun: ${install}`,
  );
}

/** Checks that Go can build the programs. */
export async function requireGo(): Promise<void> {
  const minimum = 26;
  const answer = findCommand('go') === undefined ? undefined : await runCommand('go', ['env', 'GOVERSION']);
  const minor = /^go1\.(\d+)/.exec(answer?.stdout ?? '')?.[1];
  if (minor === undefined || Number(minor) < minimum) {
    throw new Error(
      `building the test cluster's programs needs Go 1.${minimum} or later on the PATH (found: ${answer?.stdout.trim() || 'none'}). Get it from https://go.dev/dl/`,
    );
  }
}
