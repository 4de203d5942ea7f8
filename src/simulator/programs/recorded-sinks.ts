import { createSink, type CreateSink } from '../../notify/create-sink.ts';
import { createHttpClient } from '../../notify/http/http-client.ts';
import type { AgentEnvironment, EventWriter } from '../../notify/sink-environment.ts';
import type { MailServers } from './mail-servers.ts';
import type { MessageLog, Sender } from './message-log.ts';
import type { Connected, OutsideServers } from './outside-servers.ts';

/** What recorded sinks need. */
export interface RecordedSinksOptions extends Connected {
  readonly servers: OutsideServers;
  readonly mail: MailServers;
  /** Records Events: they go to the API server instead of to the outside. */
  readonly messages: MessageLog;
}

/** Creates the real sinks, over transports that know which sink sends, and what. */
export function recordedSinks(options: RecordedSinksOptions): CreateSink {
  return (spec, environment) => {
    const sender = { ...options.sender, sink: spec.name };
    return {
      ...createSink(spec, recorded(environment, sender, options)),
      send: (notification, sendOptions) =>
        createSink(spec, recorded(environment, { ...sender, notification }, options)).send(notification, sendOptions),
    };
  };
}

function recorded(environment: AgentEnvironment, sender: Sender, options: RecordedSinksOptions): AgentEnvironment {
  const { servers, mail, process, policy } = options;
  const connected = { process, policy, sender };
  return {
    ...environment,
    http: createHttpClient({ transport: servers.transport(connected), setTimer: environment.setTimer }),
    openMail: mail.transports(connected),
    events: recordedEvents(environment.events, sender, options),
  };
}

function recordedEvents(events: EventWriter, sender: Sender, { process, messages }: RecordedSinksOptions): EventWriter {
  return {
    write: async (event, options) => {
      const result = await events.write(event, options);
      const { namespace, name } = event.metadata;
      const url = `/apis/events.k8s.io/v1/namespaces/${namespace}/events/${name}`;
      const content = { headers: {}, contentType: 'application/json', body: JSON.stringify(event) };
      if (process.alive) messages.add({ ...sender, method: 'EVENT', url, ...content, accepted: result.kind === 'Delivered' });
      return result;
    },
  };
}
