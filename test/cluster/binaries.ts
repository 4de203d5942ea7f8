import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { buildPrograms, describeDuration, type Log } from './build.ts';
import { binariesDirectory } from './locations.ts';
import { withLock } from './lock-file.ts';
import { requireGo } from './require-go.ts';
import { runCommand } from './run-command.ts';
import { binaryNames, binarySources, type BinaryName, type ModuleName } from './versions.ts';

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    // Absent or not executable: either way it cannot be used.
    return false;
  }
}

/** Where the cache keeps a program, built or not. */
export function cachedBinaryPath(name: BinaryName): string {
  return join(binariesDirectory(), `${name}-${binarySources[name].version}`, name);
}

/** A program in KUBEBUILDER_ASSETS or on the PATH is used when it is exactly the wanted version. */
async function findInstalled(name: BinaryName): Promise<string | undefined> {
  const assets = process.env['KUBEBUILDER_ASSETS'];
  const folders = [...(assets === undefined ? [] : [assets]), ...(process.env['PATH'] ?? '').split(delimiter)];
  const source = binarySources[name];
  const wanted = new RegExp(`(^|[^0-9.])${source.version.replaceAll('.', '\\.')}($|[^0-9.])`, 'm');
  for (const path of folders.filter((folder) => folder !== '').map((folder) => join(folder, name))) {
    if (!isExecutable(path)) continue;
    const answer = await runCommand(path, source.versionArguments, { timeoutMs: 10_000 });
    if (wanted.test(answer.stdout)) return path;
  }
  return undefined;
}

async function locate(name: BinaryName): Promise<string | undefined> {
  const cached = cachedBinaryPath(name);
  return isExecutable(cached) ? cached : findInstalled(name);
}

interface Located<Name extends BinaryName> {
  readonly paths: Map<Name, string>;
  /** In the order in which they are built. */
  readonly missing: readonly Name[];
}

async function locateAll<Name extends BinaryName>(names: readonly Name[]): Promise<Located<Name>> {
  const paths = new Map<Name, string>();
  const missing: Name[] = [];
  for (const name of binaryNames.filter((candidate): candidate is Name => (names as readonly BinaryName[]).includes(candidate))) {
    const path = await locate(name);
    if (path === undefined) missing.push(name);
    else paths.set(name, path);
  }
  return { paths, missing };
}

/** Fails when a program still has to be built and Go cannot build it. */
export async function requireBuildable(names: readonly BinaryName[]): Promise<void> {
  const { missing } = await locateAll(names);
  if (missing.length > 0) await requireGo();
}

/** The programs of each module, in build order. */
function groupByModule<Name extends BinaryName>(names: readonly Name[]): Map<ModuleName, readonly Name[]> {
  const groups = new Map<ModuleName, readonly Name[]>();
  for (const name of names) {
    const { module } = binarySources[name];
    groups.set(module, [...(groups.get(module) ?? []), name]);
  }
  return groups;
}

/** Gives the paths of these programs, building what is missing; two builders at once share the work. */
export async function ensureBinaries<Name extends BinaryName>(
  names: readonly Name[],
  log: Log = () => undefined,
): Promise<Record<Name, string>> {
  const { paths, missing } = await locateAll(names);
  if (missing.length === 0) return Object.fromEntries(paths) as Record<Name, string>;
  const go = await requireGo();
  const seconds = missing.reduce((sum, name) => sum + binarySources[name].expectedSeconds, 0);
  log(`${missing.length} programs are built once, into ${binariesDirectory()}: about ${describeDuration(seconds)} on two cores`);
  const groups = groupByModule(missing);
  let index = 0;
  for (const [module, programs] of groups) {
    index += 1;
    const position = `[${index}/${groups.size}]`;
    await withLock(
      join(binariesDirectory(), `${module}.lock`),
      async () => {
        // Another builder may have finished some of them while this one waited for the lock.
        const left = programs.filter((name) => !isExecutable(cachedBinaryPath(name)));
        if (left.length > 0) await buildPrograms(module, left, { go, destinationOf: cachedBinaryPath, position, log });
      },
      (holder) => {
        log(`${position} waiting for process ${holder.pid}, which is building programs of ${module}`);
      },
    );
    for (const name of programs) paths.set(name, cachedBinaryPath(name));
  }
  return Object.fromEntries(paths) as Record<Name, string>;
}
