import { asNumber } from '../../../core/json.ts';
import type { KubeObject } from '../../../kube/kube-object.ts';
import { asObject } from '../../../core/json.ts';
import { hasCondition, phaseOf, specOf } from '../state/objects.ts';
import type { PodWriter } from '../state/pod-writer.ts';
import { backoffLeft, type Backoff } from './job-backoff.ts';
import { replacesOnlyFailed, TRACKING } from './job-pods.ts';

/** How many pods of a Job are in which state, after what a sync has done. */
export interface PodNumbers {
  readonly active: number;
  readonly ready: number;
  readonly terminating: number;
  /** Whether everything that was tried worked. */
  readonly ok: boolean;
  /** When the missing pods may be created (ms from now). */
  readonly againMs: number | undefined;
}

/** What is needed to bring a Job to its number of pods. */
export interface PodNumbersInput {
  readonly job: KubeObject;
  readonly writer: PodWriter;
  readonly active: readonly KubeObject[];
  readonly terminating: number;
  readonly succeeded: number;
  readonly backoff: Backoff;
  readonly now: number;
  /** Takes the finalizer off a pod. */
  readonly release: (pod: KubeObject) => boolean;
}

export function readyOf(pods: readonly KubeObject[]): number {
  return pods.filter((pod) => hasCondition(pod, 'Ready')).length;
}

/** Creates pods that are missing, after the backoff, or deletes those that are too many. */
export function correctPodNumbers(input: PodNumbersInput): PodNumbers {
  const { job, active, terminating, backoff, now } = input;
  const spec = specOf(job);
  if (spec['suspend'] === true) return remove(input, active);
  const wanted = wantedPods(input);
  if (active.length > wanted) return remove(input, [...active].sort(byImportance).slice(0, active.length - wanted));
  const numbers = { active: active.length, ready: readyOf(active), terminating, ok: true, againMs: undefined };
  const missing = wanted - active.length - (replacesOnlyFailed(job) ? terminating : 0);
  if (missing <= 0) return numbers;
  const left = backoffLeft(backoff, now);
  return left > 0 ? { ...numbers, againMs: left } : create(input, missing, numbers);
}

function wantedPods({ job, active, succeeded }: PodNumbersInput): number {
  const spec = specOf(job);
  const parallelism = asNumber(spec['parallelism']);
  const { completions } = spec;
  if (typeof completions !== 'number') return succeeded > 0 ? active.length : parallelism;
  return Math.max(0, Math.min(parallelism, completions - succeeded));
}

function create({ job, writer }: PodNumbersInput, missing: number, numbers: PodNumbers): PodNumbers {
  const template = asObject(specOf(job)['template']);
  let created = 0;
  // The first refusal ends it: the others would be refused as well.
  while (created < missing && writer.create(job, { template, finalizers: [TRACKING] }).ok) created += 1;
  return { ...numbers, active: numbers.active + created, ok: created === missing };
}

function remove({ job, writer, active, terminating, release }: PodNumbersInput, surplus: readonly KubeObject[]): PodNumbers {
  const removed = surplus.filter((pod) => release(pod) && writer.delete(job, pod));
  return {
    active: active.length - removed.length,
    ready: readyOf(active) - readyOf(removed),
    terminating: terminating + removed.length,
    ok: removed.length === surplus.length,
    againMs: undefined,
  };
}

// Pods that have got least far go first.
function byImportance(left: KubeObject, right: KubeObject): number {
  return importance(left) - importance(right);
}

function importance(pod: KubeObject): number {
  const scheduled = specOf(pod)['nodeName'] === undefined ? 0 : 4;
  return scheduled + (phaseOf(pod) === 'Running' ? 2 : 0) + (hasCondition(pod, 'Ready') ? 1 : 0);
}
