import { runCommand } from '../cluster/run-command.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { Notification } from '../../src/core/notification/model/notification.ts';
import { print } from './print.ts';

/** Runs a command of a notification, as somebody who copied it from there into a shell, and gives what it printed. */
export async function paste(cluster: Cluster, notification: Notification | undefined, purpose: string): Promise<string> {
  const found = notification?.commands.find((candidate) => candidate.purpose === purpose);
  if (found === undefined) throw new Error(`the notification has no command of the purpose ${purpose}`);
  const { code, stdout, stderr } = await runCommand('bash', ['-c', found.command], {
    env: cluster.environment,
    timeoutMs: 60_000,
  });
  print(`$ ${found.command}\n${stdout}${stderr}`);
  if (code !== 0) throw new Error(`the command of the purpose ${purpose} exited with ${code}: ${stderr}`);
  return stdout;
}
