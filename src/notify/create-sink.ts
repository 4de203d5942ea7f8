import { join } from 'node:path';
import type { Sink as SinkSpec } from '../api/generated/upgradeplan.ts';
import type { HttpClient } from './http.ts';
import { readSigningSecret } from './signing-secret.ts';
import type { Sink } from './sink.ts';
import { createWebhook } from './webhook.ts';

/** What every sink of an agent shares. */
export interface SinkEnvironment {
  readonly http: HttpClient;
  /** `baton/0.1.0`. */
  readonly userAgent: string;
  /** Where the kubelet keeps the sinks' Secrets: `<directory>/<sink>/<key>`. */
  readonly secretsDirectory: string;
}

/** The sink that a plan describes. A new kind of sink gets its own file here, and its own field beside `webhook` in the plan. */
export function createSink({ name, webhook }: SinkSpec, { http, userAgent, secretsDirectory }: SinkEnvironment): Sink {
  const { url, signingSecretRef } = webhook;
  const signingSecret =
    signingSecretRef === undefined ? undefined : () => readSigningSecret(join(secretsDirectory, name, signingSecretRef.key));
  return createWebhook({ name, url, http, userAgent, signingSecret });
}
