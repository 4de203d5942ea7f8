import type { Log } from '../api/log.ts';
import type { Clock, SetTimer } from '../timers/timer.ts';
import type { PooledKubeConfig } from './client/pooled-kube-config.ts';

/** What every program depends on. Its `main` passes the real things; the simulator passes its own. */
export interface ProgramPorts {
  readonly kubeConfig: PooledKubeConfig;
  readonly clock: Clock;
  readonly setTimer: SetTimer;
  /** A random number from 0 to 1, for jitter. */
  readonly random: () => number;
  readonly log: Log;
  /** Aborted when the program should stop. */
  readonly stop: AbortSignal;
}
