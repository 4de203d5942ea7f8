import { NOTIFY_REASONS } from '../api/conditions.ts';
import type { Sink as SinkSpec } from '../api/generated/upgradeplan.ts';
import { timeoutSeconds } from '../core/baton/timeouts.ts';
import { kindOf, sendPolicy, type KindSpec, type SinkKind } from '../core/sinks/sink-kinds.ts';
import { createPoster } from './http/connection.ts';
import { secretFiles } from './secret-files.ts';
import type { AgentEnvironment, SinkEnvironment } from './sink-environment.ts';
import { SINK_FACTORIES } from './sink-factories.ts';
import type { Sink } from './sink.ts';
import { withTemplate } from './with-template.ts';

/** Creates the sink that a plan describes. */
export type CreateSink = (spec: SinkSpec, environment: AgentEnvironment) => Sink;

/** The sink that a plan describes. It throws if the API server would have rejected the spec. */
export function createSink(spec: SinkSpec, environment: AgentEnvironment): Sink {
  const { name } = spec;
  const found = kindOf(spec);
  const sink =
    found === undefined ? unknownSink(name) : createKind(found.kind, name, found.spec, sinkEnvironment(spec, environment));
  return spec.template === undefined ? sink : withTemplate(sink, spec.template);
}

function sinkEnvironment(spec: SinkSpec, { secretsDirectory, readFile, http, ...rest }: AgentEnvironment): SinkEnvironment {
  const readSecret = secretFiles(readFile, secretsDirectory, spec.name);
  return {
    ...rest,
    send: sendPolicy(spec),
    smtpTimeoutMs: rest.smtpTimeoutMs ?? timeoutSeconds(spec, 0) * 1000,
    http: createPoster(http, spec.connection, readSecret),
    readSecret,
  };
}

function createKind<K extends SinkKind>(kind: K, name: string, spec: KindSpec<K>, environment: SinkEnvironment): Sink {
  return SINK_FACTORIES[kind](name, spec, environment);
}

/** A sink of a kind that is newer than this agent. */
function unknownSink(name: string): Sink {
  return {
    name,
    preview: () => ({ contentType: 'text/plain', body: '' }),
    send: () =>
      Promise.resolve({
        kind: 'Permanent',
        reason: NOTIFY_REASONS.UnknownSink,
        message: 'this version of the agent does not support the kind of the sink',
      }),
  };
}
