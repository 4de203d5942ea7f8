import { spawn } from 'node:child_process';
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { sourceDirectory } from './locations.ts';
import { binarySources, type BinaryName } from './versions.ts';

/** Receives one line of progress. */
export type Log = (line: string) => void;

/** Says in words how long something takes. */
export function describeDuration(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} seconds`;
  return `${Math.round(seconds / 60)} minutes`;
}

function goBuild(go: string, name: BinaryName, output: string): Promise<void> {
  const source = binarySources[name];
  const args = [
    'build',
    '-trimpath',
    '-ldflags',
    `-s -w ${source.ldflags}`.trim(),
    ...(source.tags === undefined ? [] : ['-tags', source.tags]),
    '-o',
    output,
    source.package,
  ];
  const directory = join(sourceDirectory, 'tools', source.module);
  return new Promise((resolve, reject) => {
    const child = spawn('nice', ['-n', '5', go, ...args], {
      cwd: directory,
      env: { ...process.env, CGO_ENABLED: '0', GOWORK: 'off', GOFLAGS: '-mod=readonly -buildvcs=false' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-4000);
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`go build of ${source.package} in ${directory} exited with ${code}:\n${said.trim()}`));
    });
  });
}

/** How to build a program. */
export interface BuildOptions {
  /** The path of the go command. */
  readonly go: string;
  readonly destination: string;
  /** The program's place among those that are built, for the log. */
  readonly position: string;
  readonly log: Log;
}

/** Builds one program; the file appears under its name only when it is complete. */
export async function buildBinary(name: BinaryName, { go, destination, position, log }: BuildOptions): Promise<void> {
  const source = binarySources[name];
  const label = `${position} building ${name} ${source.version}`;
  log(`${label} (first build only, about ${describeDuration(source.expectedSeconds)} on two cores)`);
  const started = performance.now();
  const elapsed = (): number => (performance.now() - started) / 1000;
  const ticker = setInterval(() => {
    log(`${label}: ${describeDuration(elapsed())} so far`);
  }, 30_000);
  mkdirSync(dirname(destination), { recursive: true });
  const draft = `${destination}.${process.pid}.part`;
  try {
    await goBuild(go, name, draft);
    renameSync(draft, destination);
  } finally {
    clearInterval(ticker);
    rmSync(draft, { force: true });
  }
  log(`${position} built ${name} ${source.version} in ${describeDuration(elapsed())}`);
}
