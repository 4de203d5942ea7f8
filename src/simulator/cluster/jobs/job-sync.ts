import { asNumber } from '../../../core/json.ts';
import type { KubeObject } from '../../../kube/kube-object.ts';
import type { ClusterClient } from '../cluster-client.ts';
import type { ClusterState } from '../state/cluster-state.ts';
import type { EventRecorder } from '../state/event-recorder.ts';
import { isDeleting, phaseOf, specOf, timestamp } from '../state/objects.ts';
import type { PodWriter } from '../state/pod-writer.ts';
import { nextBackoff, type Backoff } from './job-backoff.ts';
import { COMPLETED, deadlineLeft, decideEnd } from './job-end.ts';
import { correctPodNumbers, readyOf, type PodNumbers } from './job-pod-numbers.ts';
import { isActive, isFailed, isTerminating, isTracked } from './job-pods.ts';
import { jobCondition, readStatus, type JobStatus } from './job-status.ts';
import { suspension } from './job-suspension.ts';
import { judgeFailure } from './pod-failure-policy.ts';
import { trackPods } from './track-pods.ts';

/** What one look at a Job works with. */
export interface JobSyncInput {
  readonly client: ClusterClient;
  readonly state: ClusterState;
  readonly events: EventRecorder;
  readonly writer: PodWriter;
  readonly now: number;
  readonly backoff: Backoff;
  /** Takes the finalizer off a pod; true when it is off. */
  readonly release: (pod: KubeObject) => boolean;
}

/** What one look at a Job came to. */
export interface JobSyncResult {
  /** False when a write failed. */
  readonly ok: boolean;
  readonly backoff: Backoff;
  /** When to look again (ms). */
  readonly againMs: number | undefined;
}

/** Looks at a Job once: ends it, or creates and deletes pods; counts pods that have ended; writes its status. */
export function syncJob(job: KubeObject, input: JobSyncInput): JobSyncResult {
  const { state, events, writer, now, release } = input;
  const pods = state.podsByController.get(job.metadata.uid ?? '');
  const before = readStatus(job);
  const suspended = specOf(job)['suspend'] === true;
  let status: JobStatus = { ...before, startTime: before.startTime ?? (suspended ? undefined : timestamp(now)) };

  const fresh = pods.filter(isTracked);
  const newSucceeded = fresh.filter((pod) => phaseOf(pod) === 'Succeeded' && !contains(before.uncounted.succeeded, pod));
  const newFailed = fresh.filter((pod) => isFailed(pod, job) && !contains(before.uncounted.failed, pod));
  const counting = newFailed.filter((pod) => judgeFailure(job, pod).counts);
  const succeeded = before.succeeded + newSucceeded.length + before.uncounted.succeeded.length;
  const failed = before.failed + counting.length + before.uncounted.failed.length;
  const backoff = nextBackoff(input.backoff, newSucceeded, newFailed);

  const active = pods.filter(isActive);
  const terminating = pods.filter(isTerminating).length;
  let numbers: PodNumbers = { active: active.length, ready: readyOf(active), terminating, ok: true, againMs: undefined };
  let end = decideEnd({ job, status, pods, failed, now });
  let changed = false;
  if (end !== undefined) {
    const deleted = active.filter((pod) => writer.delete(job, pod));
    // Without its end, pods that could not be deleted are not counted as failed.
    if (deleted.length < active.length) end = undefined;
    numbers = {
      active: active.length - deleted.length,
      ready: readyOf(active) - readyOf(deleted),
      terminating: terminating + deleted.length,
      ok: deleted.length === active.length,
      againMs: undefined,
    };
  } else {
    const managed = !isDeleting(job);
    if (managed) numbers = correctPodNumbers({ job, writer, active, terminating, succeeded, backoff, now, release });
    if (isComplete(job, succeeded, numbers.active)) end = COMPLETED;
    else if (managed) {
      const switched = suspension(status, suspended, now);
      changed = switched !== undefined;
      if (switched !== undefined) {
        status = switched.status;
        events.record(job, switched.event);
      }
    }
  }

  changed ||= numbers.active !== before.active || numbers.ready !== before.ready || numbers.terminating !== before.terminating;
  status = { ...status, active: numbers.active, ready: numbers.ready, terminating: numbers.terminating };
  if (end !== undefined && !end.known) {
    status = { ...status, conditions: [...status.conditions, jobCondition(end.type, end, now)] };
    changed = true;
  }
  const tracked = trackPods({ ...input, job, pods, status, end, changed });
  return {
    ok: numbers.ok && tracked.ok,
    backoff: tracked.stored ? backoff : input.backoff,
    againMs: soonest(numbers.againMs, end === undefined ? deadlineLeft(job, status, now) : undefined),
  };
}

function contains(uids: readonly string[], { metadata }: KubeObject): boolean {
  return uids.includes(metadata.uid ?? '');
}

function isComplete(job: KubeObject, succeeded: number, active: number): boolean {
  const { completions } = specOf(job);
  const needed = typeof completions === 'number' ? asNumber(completions) : 1;
  return succeeded >= needed && active === 0;
}

function soonest(...times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
