import type { KubeObject } from '../../../kube/kube-object.ts';
import type { ClusterClient } from '../cluster-client.ts';
import type { ClusterState } from '../state/cluster-state.ts';
import type { EventRecorder } from '../state/event-recorder.ts';
import { isDeleting, phaseOf } from '../state/objects.ts';
import type { JobEnd } from './job-end.ts';
import { isFailed, isTracked } from './job-pods.ts';
import { counted, jobCondition, writeStatus, type JobStatus } from './job-status.ts';
import { judgeFailure } from './pod-failure-policy.ts';

/** What counting the pods of a Job works with. */
export interface TrackInput {
  readonly client: ClusterClient;
  readonly state: ClusterState;
  readonly events: EventRecorder;
  readonly now: number;
  readonly release: (pod: KubeObject) => boolean;
  readonly job: KubeObject;
  readonly pods: readonly KubeObject[];
  /** As it is to be written. */
  readonly status: JobStatus;
  readonly end: JobEnd | undefined;
  /** Whether the status differs from the stored one. */
  readonly changed: boolean;
}

/** What came of it. */
export interface Tracked {
  readonly ok: boolean;
  /** Whether the status was stored before any finalizer was taken off. */
  readonly stored: boolean;
}

/**
 * Counts pods that have ended exactly once: their UIDs go into the status, then their finalizers go, and then the UIDs become numbers.
 * When nothing is left to count, the Job gets its last condition.
 */
export function trackPods(input: TrackInput): Tracked {
  const { job, pods, end, now, events, release } = input;
  const tracked = new Set(pods.filter(isTracked).map(({ metadata }) => metadata.uid ?? ''));
  const isStillTracked = (uid: string): boolean => tracked.has(uid);

  const begun = counted(input.status, isStillTracked);
  const finished = pods.filter((pod) => isTracked(pod) && mayGo(pod, input));
  const status = withUncounted(begun, finished, input);
  const stored = input.changed || begun !== input.status || status !== begun;
  let current: KubeObject | undefined = job;
  if (stored) current = store(current, status, input);
  if (current === undefined) return { ok: false, stored: false };

  for (const pod of finished) if (release(pod)) tracked.delete(pod.metadata.uid ?? '');
  const released = finished.every(({ metadata }) => !tracked.has(metadata.uid ?? ''));
  const after = counted(status, isStillTracked);
  if (!released) return { ok: after !== status && store(current, after, input) !== undefined && released, stored };

  const last = isOver(after, end) ? lastCondition(after, end, now) : undefined;
  if (last === undefined && after === status) return { ok: true, stored };
  if (store(current, last ?? after, input) === undefined) return { ok: false, stored };
  if (last !== undefined && end !== undefined) {
    if (end.type === 'SuccessCriteriaMet') events.record(job, { reason: 'Completed', message: 'Job completed' });
    else events.record(job, { type: 'Warning', reason: end.reason, message: end.message });
  }
  return { ok: true, stored };
}

function mayGo(pod: KubeObject, { job, end }: TrackInput): boolean {
  return isDeleting(job) || end !== undefined || phaseOf(pod) === 'Succeeded' || isFailed(pod, job);
}

// When a Job has failed, its pods that were still running have failed as well.
function withUncounted(status: JobStatus, finished: readonly KubeObject[], { job, end }: TrackInput): JobStatus {
  const { uncounted } = status;
  const uidOf = ({ metadata }: KubeObject): string => metadata.uid ?? '';
  const succeeded = finished.filter(
    (pod) => phaseOf(pod) === 'Succeeded' && !uncounted.failed.includes(uidOf(pod)) && !uncounted.succeeded.includes(uidOf(pod)),
  );
  const failed = finished.filter(
    (pod) =>
      phaseOf(pod) !== 'Succeeded' &&
      (isFailed(pod, job) || end?.type === 'FailureTarget') &&
      !uncounted.failed.includes(uidOf(pod)) &&
      judgeFailure(job, pod).counts,
  );
  if (succeeded.length + failed.length === 0) return status;
  return {
    ...status,
    uncounted: {
      succeeded: [...uncounted.succeeded, ...succeeded.map(uidOf)],
      failed: [...uncounted.failed, ...failed.map(uidOf)],
    },
  };
}

function store(job: KubeObject, status: JobStatus, { client, state }: TrackInput): KubeObject | undefined {
  const written = client.replace(state.jobs.pathOf(job, 'status'), { ...job, status: writeStatus(status) });
  return written.ok ? written.object : undefined;
}

function isOver({ uncounted, terminating = 0 }: JobStatus, end: JobEnd | undefined): end is JobEnd {
  return end !== undefined && uncounted.succeeded.length + uncounted.failed.length === 0 && terminating === 0;
}

function lastCondition(status: JobStatus, end: JobEnd, now: number): JobStatus {
  const complete = end.type === 'SuccessCriteriaMet';
  const condition = jobCondition(complete ? 'Complete' : 'Failed', end, now);
  return {
    ...status,
    conditions: [...status.conditions, condition],
    completionTime: complete ? (condition['lastTransitionTime'] as string) : status.completionTime,
  };
}
