import { join } from 'node:path';
import { stopCluster } from '../cluster/cluster.ts';
import { cacheDirectory } from '../cluster/locations.ts';
import { withLock } from '../cluster/lock-file.ts';

/** The cluster that all system tests share, one file at a time, also when several runs of jest are under way. */
export const systemClusterName = 'system';

function lockPath(): string {
  return join(cacheDirectory(), 'system-tests.lock');
}

/** Waits until nobody else uses the cluster, and keeps it until the function that it gives is called. */
export async function reserveSystemCluster(): Promise<() => void> {
  const { promise: released, resolve: release } = Promise.withResolvers<undefined>();
  await new Promise<void>((resolve, reject) => {
    withLock(lockPath(), () => {
      resolve();
      return released;
    }).catch(reject);
  });
  return () => {
    release(undefined);
  };
}

/** Takes the cluster down when nobody uses it; another run's next file starts it again. */
export async function stopSystemCluster(): Promise<void> {
  await withLock(lockPath(), () => stopCluster(systemClusterName));
}
