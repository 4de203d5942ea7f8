import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of this module; Go modules and stages are read from it. */
export const sourceDirectory = fileURLToPath(new URL('.', import.meta.url));

/** The root of the checkout. */
export const repositoryDirectory = fileURLToPath(new URL('../../', import.meta.url));

/** Everything that outlives one command: programs, clusters and kept logs. */
export function cacheDirectory(): string {
  const chosen = process.env['BATON_CACHE_DIR'];
  return chosen === undefined || chosen === '' ? join(homedir(), '.cache', 'baton') : resolve(chosen);
}

/** Where programs are kept, one folder a program and version. */
export function binariesDirectory(): string {
  return join(cacheDirectory(), 'bin');
}

/** Where every cluster has a folder of its own. */
export function clustersDirectory(): string {
  return join(cacheDirectory(), 'clusters');
}

/** State, certificates, data and logs of one cluster. */
export function clusterDirectory(name: string): string {
  return join(clustersDirectory(), name);
}

/** Logs that `down --keep-logs` saved. */
export function keptLogsDirectory(): string {
  return join(cacheDirectory(), 'logs');
}
