import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ensureBinaries } from '../cluster/cluster.ts';

/** An alert as Alertmanager lists it. */
export interface ListedAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
}

/** Alertmanager itself, alone. */
export interface Alertmanager {
  readonly url: string;
  /** The alerts that are firing now. */
  firing(): Promise<readonly ListedAlert[]>;
  close(): Promise<void>;
}

/** Starts one on a free port of `host`; the first time it is built. Close it. */
export async function startAlertmanager(host = '127.0.0.1'): Promise<Alertmanager> {
  const { alertmanager } = await ensureBinaries(['alertmanager'], console.log);
  const directory = mkdtempSync(join(tmpdir(), 'baton-alertmanager-'));
  const config = join(directory, 'alertmanager.yml');
  writeFileSync(config, 'route: {receiver: nobody}\nreceivers: [{name: nobody}]\n');
  const child = spawn(
    alertmanager,
    [
      `--config.file=${config}`,
      `--storage.path=${join(directory, 'data')}`,
      `--web.listen-address=${host}:0`,
      '--cluster.listen-address=',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const close = async (): Promise<void> => {
    if (child.exitCode === null && child.kill()) await once(child, 'exit');
    rmSync(directory, { recursive: true });
  };
  try {
    const url = `http://${await listenAddress(createInterface({ input: child.stderr }))}`;
    return { url, firing: () => firing(url), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The address that its log says it listens on. */
async function listenAddress(lines: AsyncIterable<string>): Promise<string> {
  let last = '';
  for await (const line of lines) {
    last = line;
    const address = /Listening on".* address=(\S+)/.exec(line)?.[1];
    if (address !== undefined) return address;
  }
  throw new Error(`Alertmanager ended at once: ${last}`);
}

async function firing(url: string): Promise<readonly ListedAlert[]> {
  const answer = await fetch(`${url}/api/v2/alerts?active=true&silenced=true`);
  if (!answer.ok) throw new Error(`Alertmanager answered ${answer.status}`);
  return (await answer.json()) as readonly ListedAlert[];
}
