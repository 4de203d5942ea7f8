import type { LedgerStore } from '../../reporter/report-ledger.ts';
import { readReporterConfig } from '../../reporter/reporter-config.ts';
import { runReporterProgram } from '../../reporter/reporter-program.ts';
import type { SimulatedProcess } from '../process/simulated-process.ts';
import type { HostSockets } from './host-sockets.ts';
import { programPorts, runProgram, whileAlive, type ProgramEnd, type ProgramOptions } from './program.ts';

/** What a reporter is started with. Sockets and ledger belong to its host and outlive it. */
export interface ReporterOptions extends ProgramOptions {
  readonly sockets: Pick<HostSockets, 'listenIn'>;
  readonly ledger: LedgerStore;
}

/** Starts a reporter, as `baton reporter` does. */
export function startReporter(process: SimulatedProcess, { env, sockets, ledger, onLog }: ReporterOptions): Promise<ProgramEnd> {
  return runProgram(process, async () => {
    const config = readReporterConfig(env);
    await runReporterProgram({
      ...programPorts(process, config.logLevel, onLog),
      config,
      openSocket: sockets.listenIn(process),
      ledgerStore: {
        load: () => whileAlive(process, () => ledger.load()),
        save: (state) => whileAlive(process, () => ledger.save(state)),
      },
    });
  });
}
