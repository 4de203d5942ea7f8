import type { SetTimer } from '../../../kube/pause.ts';
import type { ClusterClient } from '../cluster-client.ts';
import type { ClusterState } from './cluster-state.ts';

/** What a controller works with. */
export interface ControllerPorts {
  readonly state: ClusterState;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly setTimer: SetTimer;
  /** From 0 up to 1. */
  readonly random: () => number;
  /**
   * When the kubelet of a node renewed its Lease last, in milliseconds since the epoch, whether or not it was written; undefined when that
   * is unknown. Left out: the Leases say so.
   */
  readonly lastRenewal?: (node: string) => number | undefined;
}

/** Starts a controller; the returned function stops it. */
export type StartController = (client: ClusterClient, ports: ControllerPorts) => () => void;

/** A delay (ms) between two bounds. */
export function between(random: () => number, least: number, most: number): number {
  return least + Math.round(random() * (most - least));
}
