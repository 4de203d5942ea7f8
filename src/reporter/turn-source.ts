import type { Turn } from '../api/marks.ts';

/** This node's turn as far as it is known. */
export type TurnView =
  /** The Node has not been read yet. */
  | { readonly kind: 'Unknown' }
  /** The node is not in its turn, so there is nothing to report. */
  | { readonly kind: 'Closed' }
  | { readonly kind: 'Open'; readonly turn: Turn; readonly node: ReportingNode };

/** The part of this node that goes into reports. */
export interface ReportingNode {
  readonly name: string;
  readonly uid: string;
  /** ID of the host's current boot, as the kubelet reports it. */
  readonly bootId: string;
}

/** Provides this node's turn. */
export interface TurnSource {
  /** The current turn. */
  view(): TurnView;
}
