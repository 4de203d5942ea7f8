import type { Notification } from '../../../core/notification/model/notification.ts';

/**
 * The notification with ever fewer of its nodes, for a receiver that finds it too large: first those that did not succeed, then none.
 * What they came to is still told by its counts and causes. Empty where there is nothing to leave out.
 */
export function withFewerNodes(notification: Notification): readonly Notification[] {
  const { nodes } = notification;
  const troubled = nodes.filter(({ state }) => state !== 'Succeeded');
  const lists = [troubled, []].filter((list, i, all) => list.length < (all[i - 1] ?? nodes).length);
  return lists.map((list) => ({ ...notification, nodes: list, nodesOmitted: nodes.length - list.length }));
}
