import type { KubeObject } from '../../../kube/kube-object.ts';
import { finishedAt } from './job-pods.ts';

const FIRST_MS = 10_000;
const MOST_MS = 600_000;

/** The failures of a Job's pods since one of them last succeeded. */
export interface Backoff {
  readonly failures: number;
  readonly lastFailure: number;
}

export const NO_BACKOFF: Backoff = { failures: 0, lastFailure: 0 };

/** Adds pods that have just ended. */
export function nextBackoff(before: Backoff, succeeded: readonly KubeObject[], failed: readonly KubeObject[]): Backoff {
  const times = failed.map(finishedAt);
  if (succeeded.length === 0) {
    return times.length === 0 ? before : { failures: before.failures + times.length, lastFailure: Math.max(...times) };
  }
  const success = Math.max(...succeeded.map(finishedAt));
  const later = times.filter((time) => time > success);
  return later.length === 0 ? NO_BACKOFF : { failures: later.length, lastFailure: Math.max(...later) };
}

/** How long a new pod still has to wait (ms): 10 s after the first failure, and twice as long after each other, up to 10 min. */
export function backoffLeft({ failures, lastFailure }: Backoff, now: number): number {
  if (failures === 0) return 0;
  return Math.max(0, lastFailure + Math.min(MOST_MS, FIRST_MS * 2 ** (failures - 1)) - now);
}
