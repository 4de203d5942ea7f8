import type { NodeDetail } from '../model/node-detail.ts';
import type { NotifiedNode } from '../model/notification.ts';

/** What a message reveals about single nodes. */
export interface NodeView {
  /** The nodes that the data lists. */
  readonly listed: readonly NotifiedNode[];
  /** Nodes that succeeded and that texts name, too. */
  readonly named: ReadonlySet<string>;
  /** Names of the nodes that must not be named. */
  readonly hidden: ReadonlySet<string>;
}

/** Sorts the nodes of a batch by what the message may reveal about them. */
export function viewNodes(nodes: readonly NotifiedNode[], levelOf: (name: string) => NodeDetail | undefined): NodeView {
  const listed: NotifiedNode[] = [];
  const named = new Set<string>();
  const hidden = new Set<string>();
  for (const node of nodes) {
    const level = levelOf(node.name);
    if (level === 'None') hidden.add(node.name);
    else if (level !== 'Problems' || node.state !== 'Succeeded') listed.push(node);
    if (level === 'All' && node.state === 'Succeeded') named.add(node.name);
  }
  return { listed, named, hidden };
}
