import type { Turn } from '../api/marks.ts';

/** What is known of the turn of this node. */
export type TurnView =
  /** The API server has not answered yet. */
  | { readonly kind: 'Unknown' }
  /** The node is not in its turn, so nothing is to be reported. */
  | { readonly kind: 'Closed' }
  | { readonly kind: 'Open'; readonly turn: Turn; readonly node: ReportingNode };

/** This node, as the API server knows it. */
export interface ReportingNode {
  readonly name: string;
  readonly uid: string;
  /** Of the host's present boot, as the kubelet tells it. */
  readonly bootId: string;
}

/** Where the turn of this node is read. */
export interface TurnSource {
  /** What is known now. */
  view(): TurnView;
}
