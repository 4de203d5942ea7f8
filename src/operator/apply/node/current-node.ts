import type { Turn } from '../../../api/marks.ts';
import { ANNOTATIONS } from '../../../api/names.ts';
import { parseTurn } from '../../../core/reports/parse-turn.ts';
import { asObjects, type Json } from '../../../core/json.ts';

/** A Node as it is now. Patches that replace a whole field need it, so that they keep what others wrote after the snapshot. */
export interface CurrentNode {
  readonly resourceVersion: string;
  readonly turn: Turn | undefined;
  readonly taints: readonly Json[];
}

/** Reads a {@link CurrentNode} from a Node. */
export function currentNode(node: Json): CurrentNode {
  const metadata = (node['metadata'] ?? {}) as {
    readonly resourceVersion?: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  const spec = (node['spec'] ?? {}) as Json;
  const turn = metadata.annotations?.[ANNOTATIONS.turn];
  return {
    resourceVersion: metadata.resourceVersion ?? '',
    turn: turn === undefined ? undefined : parseTurn(turn),
    taints: asObjects(spec['taints']),
  };
}
