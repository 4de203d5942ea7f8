import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from './build.ts';
import { installPackages } from './debian-packages.ts';
import { findAuthorities, findCommand, findPluginFolder, findStaticBusybox, pluginFolders } from './installed.ts';
import { cacheDirectory } from './locations.ts';
import { withLock } from './lock-file.ts';
import { decidePackages, packagesOf, type Missing } from './package-decision.ts';

interface Prerequisite extends Missing {
  readonly present: () => boolean;
}

function command(name: string, packageName: string): Prerequisite {
  return { what: name, package: packageName, present: () => findCommand(name) !== undefined };
}

const always: readonly Prerequisite[] = [
  command('openssl', 'openssl'),
  {
    what: 'certificate authorities (Go downloads modules, and the image needs them)',
    package: 'ca-certificates',
    present: () => findAuthorities() !== undefined,
  },
];

/** Beside these, only programs of packages that every Debian has: sh, bash, nice, ldd, unshare, nsenter. */
const forRealNodes: readonly Prerequisite[] = [
  command('ip', 'iproute2'),
  command('unshare', 'util-linux'),
  command('nsenter', 'util-linux'),
  command('mount', 'mount'),
  command('runc', 'runc'),
  { what: 'a static busybox', package: 'busybox-static', present: () => findStaticBusybox() !== undefined },
  {
    what: `the CNI plugins bridge, host-local and loopback (in ${pluginFolders.join(', ')})`,
    package: 'containernetworking-plugins',
    present: () => findPluginFolder() !== undefined,
  },
];

/** The scripts of docs/examples report with it. */
const forScripts: readonly Prerequisite[] = [command('curl', 'curl')];

/** What a caller needs, and where it shows progress. */
export interface PrerequisiteOptions {
  readonly realNodes: boolean;
  /** Whether the scripts of docs/examples are to run. */
  readonly scripts?: boolean;
  /** What the user can do without root instead, as the end of a sentence. */
  readonly withoutRoot?: string;
  readonly log?: Log;
}

function sayOnStandardError(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Checks that every program is installed. Root on a Debian-like machine installs what is missing, unless INSTALL=no. */
export async function requirePrerequisites(o: PrerequisiteOptions): Promise<void> {
  const wanted = [...always, ...(o.realNodes ? forRealNodes : []), ...(o.scripts === true ? forScripts : [])];
  const absent = (): readonly Prerequisite[] => wanted.filter((prerequisite) => !prerequisite.present());
  const decision = decidePackages({
    platform: process.platform,
    uid: process.getuid?.(),
    isDebianLike: existsSync('/etc/debian_version') && findCommand('apt-get') !== undefined,
    install: process.env['INSTALL'],
    missing: absent(),
    needsRoot: o.realNodes,
    ...(o.withoutRoot === undefined ? {} : { withoutRoot: o.withoutRoot }),
  });
  if (decision.kind === 'Continue') return;
  if (decision.kind === 'Fail') throw new Error(decision.message);
  await withLock(join(cacheDirectory(), 'packages.lock'), async () => {
    // Another process may have installed them while this one waited for the lock.
    const packages = packagesOf(absent());
    if (packages.length === 0) return;
    (o.log ?? sayOnStandardError)(`Installing Debian packages: ${packages.join(' ')}`);
    await installPackages(packages);
  });
  const left = absent();
  if (left.length > 0) {
    throw new Error(
      `the Debian packages ${packagesOf(left).join(' ')} are installed, but this is not found: ${left.map((each) => each.what).join(', ')}`,
    );
  }
}
