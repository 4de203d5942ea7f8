import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { removeContainerCgroups } from './cgroups.ts';
import { clusterDirectory, keptLogsDirectory } from './locations.ts';
import { disconnectControlPlane } from './network.ts';
import { nodeDirectory, nodeName } from './node-config.ts';
import { signalProcess, waitForEnd, type ProcessIdentity } from './processes.ts';
import { readState, updateState, workerOf } from './state.ts';

/** Copies the logs to where no `down` removes them, and gives that folder. */
export function keepLogs(name: string): string | undefined {
  const logs = join(clusterDirectory(name), 'logs');
  if (!existsSync(logs)) return undefined;
  const kept = join(keptLogsDirectory(), `${name}-${new Date().toISOString().replaceAll(':', '').slice(0, 17)}`);
  mkdirSync(keptLogsDirectory(), { recursive: true });
  cpSync(logs, kept, { recursive: true });
  return kept;
}

/**
 * Removes everything that a cluster made, from its record, whatever has died before. The kernel does most of it: with a
 * machine's init go its processes, mounts and interfaces.
 */
export async function tearDown(name: string): Promise<void> {
  const directory = clusterDirectory(name);
  if (readState(name) !== undefined) {
    // From here on a start that is still on its way cannot add anything.
    const state = updateState(name, () => ({ ending: true }));
    const processes: ProcessIdentity[] = state.processes.flatMap((recorded) => {
      const worker = workerOf(recorded);
      return worker === undefined || worker === recorded ? [recorded] : [worker, recorded];
    });
    for (const identity of processes) signalProcess(identity, 'SIGKILL');
    await waitForEnd(processes);
    if (state.block !== undefined) await disconnectControlPlane(name, state.block);
    for (let index = 1; index <= state.shape.nodes; index += 1) {
      await removeContainerCgroups(nodeDirectory({ cluster: name, index, name: nodeName(index) }));
    }
  }
  rmSync(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}
