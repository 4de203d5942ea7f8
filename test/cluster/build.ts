import { spawn } from 'node:child_process';
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { binariesDirectory, sourceDirectory } from './locations.ts';
import { binarySources, goModules, type BinaryName, type ModuleName } from './versions.ts';

/** Receives one line of progress. */
export type Log = (line: string) => void;

/** Says in words how long something takes. */
export function describeDuration(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} seconds`;
  return `${Math.round(seconds / 60)} minutes`;
}

/** The name that `go build` gives to the executable of a package: the last element of its path that is not a version. */
function executableName(packagePath: string): string | undefined {
  return packagePath.split('/').findLast((element) => !/^v\d+$/.test(element));
}

/** With -v, `go build` writes the path of each package that it compiles on a line of its own. */
function isPackagePath(line: string): boolean {
  return /^[\w.~/-]+$/.test(line);
}

/** One `go build` for several programs of a module. */
interface GoBuild {
  readonly go: string;
  readonly module: ModuleName;
  readonly names: readonly BinaryName[];
  /** An existing folder, which receives the executables. */
  readonly output: string;
  readonly onCompile: () => void;
}

function goBuild({ go, module, names, output, onCompile }: GoBuild): Promise<void> {
  const { ldflags, tags } = goModules[module];
  const packages = names.map((name) => binarySources[name].package);
  const args = [
    ...['build', '-v', '-trimpath', '-ldflags', `-s -w ${ldflags}`],
    ...(tags === undefined ? [] : ['-tags', tags]),
    ...['-o', `${output}/`, ...packages],
  ];
  const directory = join(sourceDirectory, 'tools', module);
  return new Promise((resolve, reject) => {
    const child = spawn('nice', ['-n', '5', go, ...args], {
      cwd: directory,
      env: { ...process.env, CGO_ENABLED: '0', GOWORK: 'off', GOFLAGS: '-mod=readonly -buildvcs=false' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    let unfinished = '';
    const take = (lines: readonly string[]): void => {
      for (const line of lines) {
        if (isPackagePath(line)) onCompile();
        else said = `${said}${line}\n`.slice(-4000);
      }
    };
    child.stderr.on('data', (chunk: Buffer) => {
      const lines = (unfinished + chunk.toString()).split('\n');
      unfinished = lines.pop() ?? '';
      take(lines);
    });
    child.on('error', reject);
    child.on('close', (code) => {
      take([unfinished]);
      if (code === 0) resolve();
      else reject(new Error(`go build of ${packages.join(' ')} in ${directory} exited with ${code}:\n${said.trim()}`));
    });
  });
}

/** How to build programs. */
export interface BuildOptions {
  /** The path of the go command. */
  readonly go: string;
  readonly destinationOf: (name: BinaryName) => string;
  /** The module's place among those that are built, for the log. */
  readonly position: string;
  readonly log: Log;
}

/**
 * Builds programs of one module with a single command, which compiles the packages that they share once and keeps all cores busy.
 * Each program appears under its name only when it is complete.
 */
export async function buildPrograms(
  module: ModuleName,
  names: readonly BinaryName[],
  { go, destinationOf, position, log }: BuildOptions,
): Promise<void> {
  const label = names.map((name) => `${name} ${binarySources[name].version}`).join(', ');
  const expected = names.reduce((sum, name) => sum + binarySources[name].expectedSeconds, 0);
  log(`${position} building ${label} (first build only, about ${describeDuration(expected)} on two cores)`);
  const started = performance.now();
  const elapsed = (): number => (performance.now() - started) / 1000;
  let compiled = 0;
  const ticker = setInterval(() => {
    log(`${position} building programs of ${module}: ${describeDuration(elapsed())} so far, ${compiled} packages compiled`);
  }, 30_000);
  const output = join(binariesDirectory(), `${module}.${process.pid}.part`);
  mkdirSync(output, { recursive: true });
  try {
    await goBuild({ go, module, names, output, onCompile: () => (compiled += 1) });
    for (const name of names) {
      const destination = destinationOf(name);
      mkdirSync(dirname(destination), { recursive: true });
      renameSync(join(output, executableName(binarySources[name].package) ?? name), destination);
    }
  } finally {
    clearInterval(ticker);
    rmSync(output, { recursive: true, force: true });
  }
  log(`${position} built ${label} in ${describeDuration(elapsed())}`);
}
