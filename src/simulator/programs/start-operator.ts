import type { OperatorHealth } from '../../operator/operator-program.ts';
import { readOperatorConfig } from '../../operator/operator-config.ts';
import { runOperatorProgram } from '../../operator/operator-program.ts';
import type { SimulatedProcess } from '../process/simulated-process.ts';
import type { MemoryFiles } from './memory-files.ts';
import type { OutsideServers } from './outside-servers.ts';
import { programPorts, runProgram, whileAlive, type ProgramEnd, type ProgramOptions } from './program.ts';

/** What the operator is started with. */
export interface OperatorOptions extends ProgramOptions {
  /** The credentials of gates: `/var/run/baton/credentials/<name>/<key>`. */
  readonly files: MemoryFiles;
  /** Answers gates and silences. */
  readonly servers: OutsideServers;
}

/** An operator that was started. */
export interface StartedOperator {
  readonly ended: Promise<ProgramEnd>;
  /** What its readiness probe answers. */
  readonly isReady: () => boolean;
}

/** Starts the operator, as `baton operator` does. */
export function startOperator(process: SimulatedProcess, { env, files, servers, onLog }: OperatorOptions): StartedOperator {
  let health: OperatorHealth | undefined;
  const ended = runProgram(process, async () => {
    const config = readOperatorConfig(env);
    await runOperatorProgram({
      ...programPorts(process, config.logLevel, onLog),
      config,
      http: servers.fetcher({ process, policy: config.gatePolicy, sender: { program: process.name, node: '' } }),
      readFile: (path) => whileAlive(process, () => files.read(path)),
      serveHealth: (served) => {
        health = served;
        return Promise.resolve({ close: () => undefined });
      },
    });
  });
  return { ended, isReady: () => process.alive && health?.isReady() === true };
}
