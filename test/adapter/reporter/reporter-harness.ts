import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { beforeAll } from '@jest/globals';
import nock from 'nock';
import type { Log } from '../../../src/api/log.ts';
import type { Turn } from '../../../src/api/marks.ts';
import { ledgerFile } from '../../../src/reporter/ledger-file.ts';
import { openSocket } from '../../../src/reporter/report-socket.ts';
import { runReporter } from '../../../src/reporter/run-reporter.ts';
import type { ReporterOptions } from '../../../src/reporter/run-reporter.ts';
import type { TurnView } from '../../../src/reporter/turn-source.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { MemoryEvents } from './memory-events.ts';

/** Time runs this much faster than it says: a pause of a second takes 20 ms. */
const SPEED = 50;
/** The longest that a test waits for anything, in milliseconds. */
const BOUND_MS = 3000;

export const TURN: Turn = {
  namespace: 'fleet',
  plan: 'kernel',
  batch: 'kernel-7f3c-4',
  batchUid: 'batch-uid',
  processes: ['os'],
  attempt: 1,
  openedTime: '2026-01-02T03:04:05Z',
  cordoned: true,
  before: { unschedulable: false, bootId: 'boot-1', kept: [] },
};

export function openTurn(changes: Partial<Turn> = {}, bootId = 'boot-1'): TurnView {
  return { kind: 'Open', turn: { ...TURN, ...changes }, node: { name: 'node-217', uid: 'node-uid', bootId } };
}

export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** Takes nock out of the way of a test file: it would take a Unix socket for port 80 of this machine. */
export function useRealSockets(): void {
  beforeAll(() => {
    nock.restore();
  });
}

/** A reporter on a real socket, with Events in memory and a fast clock. */
export class ReporterHarness {
  readonly directory: string;
  readonly events = new MemoryEvents();
  /** The pauses that were asked for, in milliseconds. */
  readonly pauses: number[] = [];
  readonly logged: string[] = [];
  view: TurnView = openTurn();
  #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();

  private constructor(directory: string) {
    this.directory = directory;
  }

  get log(): Log {
    const note = (message: string): void => void this.logged.push(message);
    return { debug: note, info: note, warn: note, error: note };
  }

  static async create(): Promise<ReporterHarness> {
    return new ReporterHarness(await mkdtemp(join(tmpdir(), 'baton-')));
  }

  get socketPath(): string {
    return join(this.directory, 'run', 'report.sock');
  }

  /** Starts a reporter; after {@link stop}, another that finds what the first has left. */
  async start(changes: Partial<ReporterOptions> = {}): Promise<void> {
    const { log } = this;
    this.#stop = new AbortController();
    this.logged.length = 0;
    this.#running = runReporter(
      {
        socketPath: this.socketPath,
        openSocket: (path, answer) => openSocket(path, answer, log),
        store: this.events,
        turns: { view: () => this.view },
        ledgerStore: ledgerFile(join(this.directory, 'run', 'reporter.json'), log),
        hash: (text) => createHash('sha256').update(text).digest('hex'),
        instance: 'baton-reporter-abcde',
        queueLimit: 1000,
        heartbeatMs: 1_000_000,
        answerTimeoutMs: 3000,
        drainTimeoutMs: 15_000,
        now: () => Date.UTC(2026, 0, 2, 3, 4, 5),
        random: () => 0.5,
        sleep: (ms, signal) => {
          this.pauses.push(ms);
          return systemClock.sleep(ms / SPEED, signal);
        },
        log,
        ...changes,
      },
      this.#stop.signal,
    );
    this.#running.catch(() => undefined); // Whoever stops it hears of it.
    await this.until(() => this.logged.includes('Accepting reports'));
  }

  /** What SIGTERM does; resolves when the program would end. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async dispose(): Promise<void> {
    await this.stop();
    await rm(this.directory, { recursive: true });
  }

  async post(body: object): Promise<Answer> {
    return this.call('POST', '/v1/reports', body);
  }

  async call(method: 'GET' | 'POST', path: string, body?: object): Promise<Answer> {
    return this.send(method, path, body === undefined ? '' : JSON.stringify(body));
  }

  async send(method: 'GET' | 'POST', path: string, payload: string, headers: Record<string, string> = {}): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const options = {
      socketPath: this.socketPath,
      method,
      path,
      headers,
      agent: false,
      signal: AbortSignal.timeout(BOUND_MS),
    } as const;
    request(options, resolve).on('error', reject).end(payload);
    const response = await promise;
    return { status: response.statusCode ?? 0, body: JSON.parse(await text(response)) as Record<string, unknown> };
  }

  /** Waits until something holds. */
  async until(holds: () => boolean): Promise<void> {
    const end = Date.now() + BOUND_MS;
    while (!holds()) {
      if (Date.now() > end) throw new Error(`Waited in vain for: ${holds.toString()}; logged: ${this.logged.join(' | ')}`);
      await systemClock.sleep(5);
    }
  }
}
