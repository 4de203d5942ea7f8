import { readFile } from 'node:fs/promises';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { LookupFunction } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Sink as SinkSpec } from '../../../src/api/generated/upgradeplan.ts';
import { consolidate } from '../../../src/core/notification/consolidation/consolidate.ts';
import type { Notification } from '../../../src/core/notification/model/notification.ts';
import type { ProbeResult, SendResult } from '../../../src/core/notification/model/send-result.ts';
import { createAddressPolicy, type AddressPolicy } from '../../../src/net/address-policy.ts';
import { createConnect } from '../../../src/net/guarded-socket.ts';
import { createSink } from '../../../src/notify/create-sink.ts';
import { createHttpClient, type HttpClient } from '../../../src/notify/http/http-client.ts';
import { createHttpTransport } from '../../../src/notify/http/http-transport.ts';
import { smtpTransports } from '../../../src/notify/kinds/email/smtp-transport.ts';
import type { Sink } from '../../../src/notify/sink.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { aBatch, succeeded } from '../../unit/core/notification/a-batch.ts';

/** The notification for a batch of one node that succeeded. */
export const NOTIFICATION: Notification = consolidate({
  batch: aBatch([succeeded('node-1')]),
  reports: [],
  cluster: 'prod',
  agent: { node: 'node-1', pod: 'agent-1' },
});

const nothing = (): Promise<never> => Promise.reject(new Error('the sinks of these tests speak HTTP only'));
/** Rejects everything but HTTP. */
export const onlyHttp = {
  openMail: smtpTransports(nothing),
  events: { write: nothing },
  setTimer: systemClock.setTimer,
  readFile: (path: string): Promise<Buffer> => readFile(path),
};

/** The options of the client in a test. */
export interface SendChanges {
  readonly notification?: Notification;
  readonly http?: HttpClient;
  readonly signal?: AbortSignal;
  readonly handle?: string | undefined;
}

/** The connections of a test's sinks. They may reach the loopback, unless `allow` says otherwise, and have a short timeout. */
export interface WayOut {
  readonly allow?: string;
  readonly timeoutMs?: number;
  readonly smtpTimeoutMs?: number;
  readonly lookup?: LookupFunction;
}

/** A client for sinks in tests. */
export function aClient({ timeoutMs = 2_000, lookup, allow }: WayOut = {}): HttpClient {
  const transport = createHttpTransport({ policy: policyFor(allow), ...(lookup === undefined ? {} : { lookup }) });
  return createHttpClient({ transport, timeoutMs, setTimer: systemClock.setTimer });
}

function policyFor(allow = '127.0.0.0/8'): AddressPolicy {
  return createAddressPolicy({ allow, apiServer: [] });
}

/** The environment of the sinks in one test: mounted Secrets, and everything that has to be closed at the end. */
export class SinkWorld {
  readonly directory: string = mkdtempSync(join(tmpdir(), 'baton-sinks-'));
  readonly #open: { close(): Promise<void> }[] = [];
  readonly #wayOut: WayOut;

  constructor(wayOut: WayOut = {}) {
    this.#wayOut = wayOut;
  }

  /** Closes it at the end of the test. */
  async keep<T extends { close(): Promise<void> }>(opened: T | Promise<T>): Promise<T> {
    const thing = await opened;
    this.#open.push(thing);
    return thing;
  }

  /** Mounts a Secret of a sink, as the kubelet does. */
  secret(sink: string, name: string, values: Readonly<Record<string, string | Uint8Array>>): void {
    const folder = join(this.directory, sink, name);
    mkdirSync(folder, { recursive: true });
    for (const [key, value] of Object.entries(values)) writeFileSync(join(folder, key), value);
  }

  /** Sends through the sink with this spec. */
  async send(
    spec: SinkSpec,
    { notification = NOTIFICATION, http, signal = new AbortController().signal, handle }: SendChanges = {},
  ): Promise<SendResult> {
    const sink = await this.#sink(spec, http);
    return sink.send(notification, { signal, now: Date.now(), ...(handle === undefined ? {} : { handle }) });
  }

  /** Probes the sink with this spec. */
  async probe(
    spec: SinkSpec,
    { http, signal = new AbortController().signal }: Pick<SendChanges, 'http' | 'signal'> = {},
  ): Promise<ProbeResult | undefined> {
    const sink = await this.#sink(spec, http);
    return sink.probe?.({ signal, now: Date.now() });
  }

  async #sink(spec: SinkSpec, http: HttpClient | undefined): Promise<Sink> {
    const { allow, lookup, smtpTimeoutMs } = this.#wayOut;
    return createSink(spec, {
      http: http ?? (await this.keep(aClient(this.#wayOut))),
      ...onlyHttp,
      openMail: smtpTransports(createConnect({ policy: policyFor(allow), lookup })),
      smtpTimeoutMs,
      userAgent: 'baton/0.1.0',
      secretsDirectory: this.directory,
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.#open.splice(0).map((each) => each.close()));
    rmSync(this.directory, { recursive: true });
  }
}
