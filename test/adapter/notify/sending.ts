import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { LookupFunction } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Sink as SinkSpec } from '../../../src/api/generated/upgradeplan.ts';
import type { Notification } from '../../../src/core/notification/notification.ts';
import type { SendResult } from '../../../src/core/notification/send-result.ts';
import { createAddressPolicy } from '../../../src/net/address-policy.ts';
import { createConnect } from '../../../src/net/guarded-socket.ts';
import { createSink } from '../../../src/notify/create-sink.ts';
import { createHttpClient } from '../../../src/notify/http.ts';

/** An agent's way to send, with Secrets as the kubelet mounts them. */
export interface Sending {
  /** @param signal the baton's. */
  send(spec: SinkSpec, notification: Notification, signal?: AbortSignal): Promise<SendResult>;
  /** Puts a key of a Secret where the kubelet would. */
  secret(sink: string, name: string, key: string, content: string): void;
  close(): Promise<void>;
}

/** What a test changes. */
export interface SendingChanges {
  readonly allow?: string;
  readonly timeoutMs?: number;
  readonly smtpTimeoutMs?: number;
  readonly lookup?: LookupFunction | undefined;
}

/** Close it. The loopback may be reached, unless `allow` says otherwise. */
export function openSending({ allow = '127.0.0.0/8', timeoutMs = 2_000, smtpTimeoutMs, lookup }: SendingChanges = {}): Sending {
  const secretsDirectory = mkdtempSync(join(tmpdir(), 'baton-sinks-'));
  const policy = createAddressPolicy({ allow, apiServer: [] });
  const http = createHttpClient({ policy, timeoutMs });
  const connect = createConnect({ policy, lookup });
  const events = { write: () => Promise.reject(new Error('these sinks write no Events')) };
  return {
    send: (spec, notification, signal = new AbortController().signal) =>
      createSink(spec, { http, connect, events, smtpTimeoutMs, userAgent: 'baton/0.1.0', secretsDirectory }).send(notification, {
        signal,
        now: Date.now(),
      }),
    secret(sink, name, key, content) {
      mkdirSync(join(secretsDirectory, sink, name), { recursive: true });
      writeFileSync(join(secretsDirectory, sink, name, key), content);
    },
    async close() {
      await http.close();
      rmSync(secretsDirectory, { recursive: true });
    },
  };
}
