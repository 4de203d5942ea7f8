import type { SetTimer } from '../../kube/pause.ts';
import type { ClusterClient } from './cluster-client.ts';
import { startScheduler } from './scheduler/scheduler.ts';
import { ClusterState } from './state/cluster-state.ts';
import { startJobController } from './jobs/job-controller.ts';

/** What the control plane works with. */
export interface ControlPlanePorts {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly setTimer: SetTimer;
  /** From 0 up to 1. */
  readonly random: () => number;
}

const CONTROLLERS = [startScheduler, startJobController];

/** Starts the scheduler and all controllers; the returned function stops them. */
export function startControllers(client: ClusterClient, ports: ControlPlanePorts): () => void {
  const state = new ClusterState(client);
  const stops = CONTROLLERS.map((start) => start(client, { ...ports, state }));
  return () => {
    for (const stop of stops) stop();
    state.stop();
  };
}
