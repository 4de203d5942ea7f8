import type { SendResult } from '../core/notification/model/send-result.ts';
import type { SendPolicy } from '../core/sinks/sink-kinds.ts';
import type { ReadFile } from '../api/read-file.ts';
import type { SetTimer } from '../timers/timer.ts';
import type { HttpClient, Poster } from './http/http-client.ts';
import type { OpenMailTransport } from './mail-transport.ts';
import type { PlanEvent } from './plan-event.ts';
import type { ReadSecret } from './secret-files.ts';

/** Creates Events in the plan's cluster. */
export interface EventWriter {
  /** Makes one attempt. If the Event exists already, it is `Delivered`, because its name identifies the message. */
  write(event: PlanEvent, options: { readonly signal: AbortSignal }): Promise<SendResult>;
}

/** What an agent provides to all of its sinks. */
export interface AgentEnvironment {
  readonly http: HttpClient;
  readonly openMail: OpenMailTransport;
  readonly events: EventWriter;
  /** Measures the timeouts of attempts to send an email. */
  readonly setTimer: SetTimer;
  /** Timeout of an attempt to send an email (ms). Defaults to the timeout of the sink. */
  readonly smtpTimeoutMs?: number | undefined;
  /** `baton/0.1.0`. */
  readonly userAgent: string;
  /** Where the sinks' Secrets are mounted: `<directory>/<sink>/<secret>/<key>`. */
  readonly secretsDirectory: string;
  /** Reads the Secrets' files. */
  readonly readFile: ReadFile;
}

/** What a sink uses to send. */
export interface SinkEnvironment extends Omit<AgentEnvironment, 'http' | 'secretsDirectory' | 'readFile'> {
  /** Which messages the sink receives. */
  readonly send: SendPolicy;
  readonly smtpTimeoutMs: number;
  /** Sends over the sink's `connection`. */
  readonly http: Poster;
  /** Reads a key of the sink's Secrets. */
  readonly readSecret: ReadSecret;
}

/** An environment for previews. Whatever is sent or read fails. */
export function offlineEnvironment(userAgent: string): AgentEnvironment {
  const fail = (): Promise<never> => Promise.reject(new Error('A preview must not use the network or files.'));
  return {
    http: { post: fail, probe: fail, close: () => Promise.resolve() },
    openMail: () => ({ sendMail: fail, verify: fail, close: () => Promise.resolve() }),
    events: { write: fail },
    setTimer: () => () => undefined,
    userAgent,
    secretsDirectory: '',
    readFile: fail,
  };
}
