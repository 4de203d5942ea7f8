import { asText, type Json } from '../../../core/json.ts';
import { asObjects } from '../../../core/json.ts';
import type { KubeObject } from '../../../kube/kube-object.ts';
import { conditionOf, hasEnded, instantOf, isDeleting, phaseOf, specOf, statusOf } from '../state/objects.ts';

/** Keeps a pod until its Job has counted it. */
export const TRACKING = 'batch.kubernetes.io/job-tracking';

export function isTracked({ metadata }: KubeObject): boolean {
  return metadata.finalizers?.includes(TRACKING) === true;
}

/** Whether a Job replaces pods only once they have ended, not when they are being deleted. */
export function replacesOnlyFailed(job: KubeObject): boolean {
  return specOf(job)['podReplacementPolicy'] === 'Failed';
}

/** Whether a pod counts as failed: unless the Job waits for the end, a pod that is being deleted does, too. */
export function isFailed(pod: KubeObject, job: KubeObject): boolean {
  if (phaseOf(pod) === 'Failed') return true;
  return !replacesOnlyFailed(job) && isDeleting(pod) && phaseOf(pod) !== 'Succeeded';
}

export function isActive(pod: KubeObject): boolean {
  return !hasEnded(pod) && !isDeleting(pod);
}

export function isTerminating(pod: KubeObject): boolean {
  return !hasEnded(pod) && isDeleting(pod);
}

/** The UIDs of pods that have ended, and that the status does not count yet. */
export interface Uncounted {
  readonly succeeded: readonly string[];
  readonly failed: readonly string[];
}

/** When a pod ended: with its last container, when it was no longer Ready, when it was deleted, or else when it was created. */
export function finishedAt(pod: KubeObject): number {
  return containersFinishedAt(pod) ?? notReadySince(pod) ?? deletedAt(pod) ?? instantOf(pod.metadata.creationTimestamp) ?? 0;
}

function containersFinishedAt(pod: KubeObject): number | undefined {
  const statuses = asObjects(statusOf(pod)['containerStatuses']);
  const times = statuses.map((status) => instantOf(terminated(status)['finishedAt']));
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 || known.length < times.length ? undefined : Math.max(...known);
}

/** The `terminated` state of a container; empty when it has not ended. */
export function terminated({ state }: Json): Json {
  const value = (state as Json | undefined)?.['terminated'];
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}

function notReadySince(pod: KubeObject): number | undefined {
  const ready = conditionOf(pod, 'Ready');
  return ready?.['status'] === 'False' ? instantOf(asText(ready['lastTransitionTime'])) : undefined;
}

function deletedAt({ metadata }: KubeObject): number | undefined {
  const time = instantOf(metadata.deletionTimestamp);
  return time === undefined ? undefined : time - (metadata.deletionGracePeriodSeconds ?? 0) * 1000;
}
