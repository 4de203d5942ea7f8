import type { Notification } from '../core/notification/model/notification.ts';

/** The last line of a truncated list of nodes: how many are left out, and where to find them. */
export function moreNodes({ commands }: Pick<Notification, 'commands'>, left: number): string {
  const look = commands.find(({ purpose }) => purpose === 'Describe')?.command;
  return `and ${left} more${look === undefined ? '' : `, see ${look}`}`;
}
