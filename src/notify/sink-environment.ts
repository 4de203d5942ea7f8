import type { SendResult } from '../core/notification/model/send-result.ts';
import type { SendPolicy } from '../core/sinks/sink-kinds.ts';
import type { Connect } from '../net/guarded-socket.ts';
import type { HttpClient, Poster } from './http/http-client.ts';
import type { PlanEvent } from './plan-event.ts';
import type { ReadSecret } from './secret-files.ts';

/** Writes Events to the plan's cluster. */
export interface EventWriter {
  /** Tries once. That the Event already exists is `Delivered`: its name says that it is the same. */
  write(event: PlanEvent, options: { readonly signal: AbortSignal }): Promise<SendResult>;
}

/** What an agent gives to all its sinks. */
export interface AgentEnvironment {
  readonly http: HttpClient;
  /** The way out for anything but HTTP. */
  readonly connect: Connect;
  readonly events: EventWriter;
  /** For a whole exchange with a mail server, milliseconds; as the sink says by default. */
  readonly smtpTimeoutMs?: number | undefined;
  /** `baton/0.1.0`. */
  readonly userAgent: string;
  /** Where the kubelet keeps the sinks' Secrets: `<directory>/<sink>/<secret>/<key>`. */
  readonly secretsDirectory: string;
}

/** What a sink works with. */
export interface SinkEnvironment extends Omit<AgentEnvironment, 'http' | 'secretsDirectory'> {
  /** Which messages the sink receives. */
  readonly send: SendPolicy;
  readonly smtpTimeoutMs: number;
  /** Sends as the sink's `connection` says. */
  readonly http: Poster;
  /** Reads what the plan names of the sink's Secrets. */
  readonly readSecret: ReadSecret;
}
