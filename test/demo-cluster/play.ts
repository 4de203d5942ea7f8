import type { FleetPlan } from '../support/fleet.ts';
import type { Kubectl } from '../support/kubectl.ts';
import type { Received } from '../support/receiver.ts';
import type { Origin } from '../support/verdict.ts';

/** A line for the person who watches. */
export type Say = (line: string) => void;

/** The cluster in which the demo plays, ours or the user's own, with Baton installed and a receiver that waits. */
export interface Play {
  readonly kubectl: Kubectl;
  readonly kubeconfig: string;
  /** The plan to apply. */
  readonly plan: FleetPlan;
  /** The nodes that it chooses. */
  readonly nodes: readonly string[];
  /** The key with which notifications are signed. */
  readonly signingKey: string;
  /** What the receiver has so far. */
  received(): Promise<readonly Received[]>;
  /** The node on whose Pod network an address is, and the words for how that is known. */
  originOf(address: string): Promise<Origin>;
  /** How long the preparations took, in words. */
  readonly preparations: readonly string[];
  /** What to do next, for the end. */
  readonly farewell: readonly string[];
}
