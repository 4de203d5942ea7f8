/**
 * How much is told of single nodes. None: only counts; the name of a node stands nowhere. Problems: the nodes that did not succeed, and the
 * slowest one. All: every node.
 */
export type NodeDetail = 'None' | 'Problems' | 'All';

/** What was asked for: by the plan for its nodes, and by the sink for its readers. */
export interface DetailRequest {
  readonly plan?: NodeDetail | undefined;
  readonly sink?: NodeDetail | undefined;
}

const RANK: Readonly<Record<NodeDetail, number>> = { None: 0, Problems: 1, All: 2 };

/**
 * How much may be told of a node: the lower of what its plan lets it tell (its group's word, else that for all nodes) and what the reader
 * wants. Undefined where nobody said anything: then texts tell of problems, and data of every node.
 *
 * @param group what the plan's nodeDetails say of the node.
 */
export function detailOf(group: NodeDetail | undefined, { plan, sink }: DetailRequest): NodeDetail | undefined {
  const may = group ?? plan;
  if (may === undefined || sink === undefined) return may ?? sink;
  return RANK[may] < RANK[sink] ? may : sink;
}
