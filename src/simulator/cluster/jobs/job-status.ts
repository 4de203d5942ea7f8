import { asNumber, asObject, asObjects, asText, type Json } from '../../../core/json.ts';
import type { KubeObject } from '../../../kube/kube-object.ts';
import { statusOf, timestamp } from '../state/objects.ts';
import type { Uncounted } from './job-pods.ts';

/** A condition of a Job, which always has both times. */
export function jobCondition(
  type: string,
  { reason, message }: { reason: string; message: string },
  now: number,
  status = 'True',
): Json {
  return { type, status, lastProbeTime: timestamp(now), lastTransitionTime: timestamp(now), reason, message };
}

/** What a Job's status says, in a form that the controller works with. */
export interface JobStatus {
  readonly conditions: readonly Json[];
  readonly startTime: string | undefined;
  readonly completionTime: string | undefined;
  readonly active: number;
  readonly ready: number | undefined;
  readonly terminating: number | undefined;
  readonly succeeded: number;
  readonly failed: number;
  readonly uncounted: Uncounted;
}

export function readStatus(job: KubeObject): JobStatus {
  const status = statusOf(job);
  const uncounted = asObject(status['uncountedTerminatedPods']);
  return {
    conditions: asObjects(status['conditions']),
    startTime: asText(status['startTime']) || undefined,
    completionTime: asText(status['completionTime']) || undefined,
    active: asNumber(status['active']),
    ready: status['ready'] as number | undefined,
    terminating: status['terminating'] as number | undefined,
    succeeded: asNumber(status['succeeded']),
    failed: asNumber(status['failed']),
    uncounted: { succeeded: textsOf(uncounted['succeeded']), failed: textsOf(uncounted['failed']) },
  };
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(asText) : [];
}

/** The status as stored: Go leaves out zeros and empty lists, but not `ready` and `terminating`. */
export function writeStatus(status: JobStatus): Json {
  const { conditions, startTime, completionTime, active, ready, terminating, succeeded, failed, uncounted } = status;
  return {
    ...(conditions.length === 0 ? {} : { conditions }),
    ...(startTime === undefined ? {} : { startTime }),
    ...(completionTime === undefined ? {} : { completionTime }),
    ...positive({ active, succeeded, failed }),
    ...(terminating === undefined ? {} : { terminating }),
    uncountedTerminatedPods: {
      ...(uncounted.succeeded.length === 0 ? {} : { succeeded: uncounted.succeeded }),
      ...(uncounted.failed.length === 0 ? {} : { failed: uncounted.failed }),
    },
    ...(ready === undefined ? {} : { ready }),
  };
}

function positive(numbers: Readonly<Record<string, number>>): Json {
  return Object.fromEntries(Object.entries(numbers).filter(([, value]) => value > 0));
}

/** Whether a Job has ended. */
export function isFinished(job: KubeObject): boolean {
  return finishedCondition(job) !== undefined;
}

/** The condition with which a Job has ended. */
export function finishedCondition(job: KubeObject): Json | undefined {
  return readStatus(job).conditions.find(({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True');
}

/** Uncounted pods whose finalizer is gone move to the counters. Returns the same status when there are none. */
export function counted(status: JobStatus, isTracked: (uid: string) => boolean): JobStatus {
  const succeeded = status.uncounted.succeeded.filter(isTracked);
  const failed = status.uncounted.failed.filter(isTracked);
  const { uncounted } = status;
  if (succeeded.length + failed.length === uncounted.succeeded.length + uncounted.failed.length) return status;
  return {
    ...status,
    succeeded: status.succeeded + status.uncounted.succeeded.length - succeeded.length,
    failed: status.failed + status.uncounted.failed.length - failed.length,
    uncounted: { succeeded, failed },
  };
}
