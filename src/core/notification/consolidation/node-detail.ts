import type { NodeDetail } from '../model/node-detail.ts';
import type { NotifiedNode } from '../model/notification.ts';

/** What a reader gets to see of single nodes. */
export interface NodeView {
  /** The nodes that stand in the data. */
  readonly listed: readonly NotifiedNode[];
  /** Nodes that went well and are to be named in texts as well. */
  readonly told: ReadonlySet<string>;
  /** Names that stand nowhere. */
  readonly hidden: ReadonlySet<string>;
}

/** Sorts the nodes of a batch by what may be told of them. */
export function viewNodes(nodes: readonly NotifiedNode[], levelOf: (name: string) => NodeDetail | undefined): NodeView {
  const listed: NotifiedNode[] = [];
  const told = new Set<string>();
  const hidden = new Set<string>();
  for (const node of nodes) {
    const level = levelOf(node.name);
    if (level === 'None') hidden.add(node.name);
    else if (level !== 'Problems' || node.state !== 'Succeeded') listed.push(node);
    if (level === 'All' && node.state === 'Succeeded') told.add(node.name);
  }
  return { listed, told, hidden };
}
