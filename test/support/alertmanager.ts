import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ensureBinaries } from '../cluster/cluster.ts';
import { print } from './print.ts';

/** An alert as Alertmanager lists it. */
export interface ListedAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly status: { readonly silencedBy: readonly string[] };
}

/** A silence as Alertmanager lists it, also when it is over. */
export interface ListedSilence {
  readonly id: string;
  readonly matchers: readonly {
    readonly name: string;
    readonly value: string;
    readonly isRegex: boolean;
    readonly isEqual: boolean;
  }[];
  readonly createdBy: string;
  readonly startsAt: string;
  /** The moment at which it was lifted, once it has been. */
  readonly endsAt: string;
  readonly status: { readonly state: 'pending' | 'active' | 'expired' };
}

/** Alertmanager itself, alone. */
export interface Alertmanager {
  readonly url: string;
  /** The alerts that are firing now. */
  firing(): Promise<readonly ListedAlert[]>;
  /** An alert with these labels fires, as if Prometheus had sent it. */
  fire(labels: Readonly<Record<string, string>>): Promise<void>;
  silences(): Promise<readonly ListedSilence[]>;
  close(): Promise<void>;
}

/** Starts one on a free port of `host`; the first time it is built. Close it. */
export async function startAlertmanager(host = '127.0.0.1'): Promise<Alertmanager> {
  const { alertmanager } = await ensureBinaries(['alertmanager'], print);
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
    return {
      url,
      firing: async () => (await call(url, 'alerts?active=true&silenced=true')) as readonly ListedAlert[],
      fire: async (labels) => {
        await call(url, 'alerts', [{ labels }]);
      },
      silences: async () => (await call(url, 'silences')) as readonly ListedSilence[],
      close,
    };
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

/** What Alertmanager answers, as JSON; undefined when it says nothing. With a body it is a POST. */
async function call(url: string, path: string, body?: object): Promise<unknown> {
  const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const answer = await fetch(`${url}/api/v2/${path}`, body === undefined ? {} : post);
  const text = await answer.text();
  if (!answer.ok) throw new Error(`Alertmanager answered ${answer.status}: ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}
