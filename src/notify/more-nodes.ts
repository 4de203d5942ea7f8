import type { Notification } from '../core/notification/model/notification.ts';

/** The line that ends a list of nodes which is cut: how many are left out, and where all of them are. */
export function moreNodes({ commands }: Pick<Notification, 'commands'>, left: number): string {
  const look = commands.find(({ purpose }) => purpose === 'Describe')?.command;
  return `and ${left} more${look === undefined ? '' : `, see ${look}`}`;
}
