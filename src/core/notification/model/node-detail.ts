/**
 * How much messages reveal about single nodes. None: only counts, without any name. Problems: the nodes that did not succeed, and the
 * slowest one. All: every node.
 */
export type NodeDetail = 'None' | 'Problems' | 'All';

/** The levels that the plan sets for its nodes, and the sink for its readers. */
export interface DetailRequest {
  readonly plan?: NodeDetail | undefined;
  readonly sink?: NodeDetail | undefined;
}

const RANK: Readonly<Record<NodeDetail, number>> = { None: 0, Problems: 1, All: 2 };

/**
 * How much messages may reveal about a node: the lower of the plan's level (for the node's group, or else for all nodes) and the sink's.
 * Undefined if neither sets one. Texts then name problems, and data names every node.
 *
 * @param group the level that the plan's nodeDetails set for the node.
 */
export function detailOf(group: NodeDetail | undefined, { plan, sink }: DetailRequest): NodeDetail | undefined {
  const may = group ?? plan;
  if (may === undefined || sink === undefined) return may ?? sink;
  return RANK[may] < RANK[sink] ? may : sink;
}
