import { readAgentConfig } from '../../agent/agent-config.ts';
import { runAgentProgram } from '../../agent/agent-program.ts';
import type { SimulatedProcess } from '../process/simulated-process.ts';
import type { MailServers } from './mail-servers.ts';
import type { MemoryFiles } from './memory-files.ts';
import type { OutsideServers } from './outside-servers.ts';
import { programPorts, runProgram, whileAlive, type ProgramEnd, type ProgramOptions } from './program.ts';
import type { MessageLog } from './message-log.ts';
import { recordedSinks } from './recorded-sinks.ts';

/** What an agent is started with. */
export interface AgentOptions extends ProgramOptions {
  /** Secrets at `/var/run/baton/sinks/<sink>/<secret>/<key>`, shared sinks at `/var/run/baton/sinks-from/<ConfigMap>/<key>`. */
  readonly files: Pick<MemoryFiles, 'read'>;
  readonly servers: OutsideServers;
  readonly mail: MailServers;
  /** Records the Events of sinks of the kind `events`, which go to the API server instead of to the outside. */
  readonly messages: MessageLog;
}

/** Starts an agent, as `baton agent` does. */
export function startAgent(
  process: SimulatedProcess,
  { env, files, servers, mail, messages, onLog }: AgentOptions,
): Promise<ProgramEnd> {
  return runProgram(process, async () => {
    const config = readAgentConfig(env);
    const connected = { process, policy: config.policy, sender: { program: process.name, node: config.node } };
    await runAgentProgram({
      ...programPorts(process, config.logLevel, onLog),
      config,
      http: servers.transport(connected),
      openMail: mail.transports(connected),
      createSink: recordedSinks({ ...connected, servers, mail, messages }),
      readFile: (path) => whileAlive(process, () => files.read(path)),
    });
  });
}
