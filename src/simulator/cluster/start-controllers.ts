import type { SetTimer } from '../../kube/pause.ts';
import { readDocuments } from '../api-server/read-documents.ts';
import { customTypes } from '../api-server/resources/custom-types.ts';
import type { ClusterClient } from './cluster-client.ts';
import { startDaemonSetController } from './daemon-sets/daemon-set-controller.ts';
import { startGarbageCollector } from './garbage/garbage-collector.ts';
import { startNamespaceController } from './garbage/namespace-controller.ts';
import { startPodCollector } from './garbage/pod-collector.ts';
import { startTtlAfterFinished } from './garbage/ttl-after-finished.ts';
import { startJobController } from './jobs/job-controller.ts';
import { startNodeLifecycle } from './nodes/node-lifecycle.ts';
import { startTaintEviction } from './nodes/taint-eviction.ts';
import { startScheduler } from './scheduler/scheduler.ts';
import { ClusterState } from './state/cluster-state.ts';
import { startDisruptionController } from './workloads/disruption-controller.ts';
import { startReplicaSetController } from './workloads/replica-set-controller.ts';

/** What the control plane works with. */
export interface ControlPlaneOptions {
  /** The CustomResourceDefinitions of the server, as YAML. */
  readonly definitions: readonly string[];
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly setTimer: SetTimer;
  /** From 0 up to 1. */
  readonly random: () => number;
  /** See `ControllerPorts`; needed where kubelets write changes only. */
  readonly lastRenewal?: (node: string) => number | undefined;
}

/** kube-scheduler and the controllers of kube-controller-manager. */
const CONTROLLERS = [
  startNodeLifecycle,
  startTaintEviction,
  startPodCollector,
  startScheduler,
  startJobController,
  startDaemonSetController,
  startReplicaSetController,
  startDisruptionController,
  startTtlAfterFinished,
  startGarbageCollector,
  startNamespaceController,
];

/** Starts the scheduler and all controllers; the returned function stops them. */
export function startControllers(client: ClusterClient, { definitions, ...ports }: ControlPlaneOptions): () => void {
  const state = new ClusterState(client, readDocuments(definitions).flatMap(customTypes));
  const stops = CONTROLLERS.map((start) => start(client, { ...ports, state }));
  return () => {
    for (const stop of stops) stop();
    state.stop();
  };
}
