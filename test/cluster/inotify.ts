import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import type { Log } from './build.ts';
import { processIds } from './processes.ts';

const setting = 'fs.inotify.max_user_instances';
const settingPath = '/proc/sys/fs/inotify/max_user_instances';

// Measured: a kubelet and its container runtime take nine, and Pods a few more.
const instancesPerNode = 11;
const usual = 1024;

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
 * Checks that this many more kubelets can watch files, and raises the limit where they cannot, unless INSTALL=no. Many
 * distributions allow 128 watchers a user, and a kubelet that gets none fails with only "too many open files".
 */
export function requireWatchers(nodes: number, log: Log): void {
  if (nodes === 0) return;
  const limit = Number(readFileSync(settingPath, 'utf8'));
  const open = openInstances();
  const needed = open + nodes * instancesPerNode;
  if (needed <= limit) return;
  const raised = Math.max(usual, needed);
  const advice = `${nodes} more nodes may need ${nodes * instancesPerNode} file watchers; ${open} of ${limit} are in use on this machine.\nRun: sysctl -w ${setting}=${raised}`;
  if (process.env['INSTALL'] === 'no') throw new Error(advice);
  try {
    writeFileSync(settingPath, `${raised}`);
  } catch (cause) {
    throw new Error(advice, { cause });
  }
  log(`Raised ${setting} from ${limit} to ${raised} until the next reboot`);
}
