import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { mustRun } from './run-command.ts';
import { processIds } from './processes.ts';

const setting = 'fs.inotify.max_user_instances';

// Measured: a kubelet and its container runtime take nine, and Pods a few more.
const instancesPerNode = 11;
const enough = 1024;

function openInstances(): number {
  const kinds = processIds().flatMap((pid) => {
    const folder = `/proc/${pid}/fd`;
    try {
      return readdirSync(folder).map((name) => readlinkSync(`${folder}/${name}`));
    } catch {
      // The process, or one of its files, is gone already.
      return [];
    }
  });
  return kinds.filter((kind) => kind === 'anon_inode:inotify').length;
}

/**
 * Checks that so many more kubelets can watch files. Many distributions allow a user 128 watchers in all, and a kubelet that
 * gets none fails with no more than "too many open files". In CI the limit is raised.
 */
export async function requireWatchers(nodes: number): Promise<void> {
  if (nodes === 0) return;
  const limit = Number(readFileSync('/proc/sys/fs/inotify/max_user_instances', 'utf8'));
  const open = openInstances();
  if (open + nodes * instancesPerNode <= limit) return;
  const raise = `sysctl -w ${setting}=${enough}`;
  if (process.env['CI'] === 'true') {
    await mustRun('sh', ['-c', raise]);
    return;
  }
  throw new Error(
    `${nodes} more nodes may need ${nodes * instancesPerNode} file watchers; ${open} of ${limit} are in use on this machine.\nRun: ${raise}`,
  );
}
