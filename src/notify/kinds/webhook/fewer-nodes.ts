import type { Notification } from '../../../core/notification/model/notification.ts';

/**
 * Smaller versions of a notification for a receiver that rejects it as too large: first only with the nodes that did not succeed, then
 * without nodes. Counts and causes remain. Empty if there is nothing to leave out.
 */
export function withFewerNodes(notification: Notification): readonly Notification[] {
  const { nodes } = notification;
  const troubled = nodes.filter(({ state }) => state !== 'Succeeded');
  const lists = [troubled, []].filter((list, i, all) => list.length < (all[i - 1] ?? nodes).length);
  return lists.map((list) => ({ ...notification, nodes: list, nodesOmitted: nodes.length - list.length }));
}
