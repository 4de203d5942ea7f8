import type { Sink as SinkSpec } from '../api/generated/upgradeplan.ts';
import type { HttpClient } from './http.ts';
import { secretFiles, type ReadSecret } from './secret-files.ts';
import type { Sink } from './sink.ts';
import { createWebhook } from './webhook.ts';

/** What an agent gives to all its sinks. */
export interface AgentEnvironment {
  readonly http: HttpClient;
  /** `baton/0.1.0`. */
  readonly userAgent: string;
  /** Where the kubelet keeps the sinks' Secrets: `<directory>/<sink>/<secret>/<key>`. */
  readonly secretsDirectory: string;
}

/** What a sink works with. */
export interface SinkEnvironment extends Omit<AgentEnvironment, 'secretsDirectory'> {
  /** Reads what the plan names of the sink's Secrets. */
  readonly readSecret: ReadSecret;
}

/** The sink that a plan describes. A new kind of sink gets its own file here, and its own field beside `webhook` in the plan. */
export function createSink(spec: SinkSpec, { secretsDirectory, ...environment }: AgentEnvironment): Sink {
  const readSecret = secretFiles(secretsDirectory, spec.name);
  return createWebhook(spec.name, spec.webhook, { ...environment, readSecret });
}
