import { asNumber, asObject, asObjects, asText, type Json } from '../../../core/json.ts';
import type { KubeObject } from '../../../kube/kube-object.ts';
import { instantOf, phaseOf, specOf, statusOf } from '../state/objects.ts';
import { isFailed } from './job-pods.ts';
import type { JobStatus } from './job-status.ts';
import { judgeFailure } from './pod-failure-policy.ts';

/** How a Job ends. */
export interface JobEnd {
  readonly type: 'SuccessCriteriaMet' | 'FailureTarget';
  readonly reason: string;
  readonly message: string;
  /** Whether the status has said so before. */
  readonly known: boolean;
}

/** What is known of a Job when its end is decided. */
export interface JobFacts {
  readonly job: KubeObject;
  readonly status: JobStatus;
  readonly pods: readonly KubeObject[];
  /** Failures that count, those that the status does not count yet included. */
  readonly failed: number;
  readonly now: number;
}

/** Why a Job ends although it is not complete, or how it has begun to end before; undefined when it goes on. */
export function decideEnd({ job, status, pods, failed, now }: JobFacts): JobEnd | undefined {
  const before = earlierEnd(status, 'SuccessCriteriaMet') ?? earlierEnd(status, 'FailureTarget');
  if (before !== undefined) return before;
  const policy = failedByPolicy(job, pods);
  if (policy !== undefined) return failure('PodFailurePolicy', policy);
  const limit = asNumber(specOf(job)['backoffLimit']);
  if (failed > limit || restartsExceed(job, pods, limit)) {
    return failure('BackoffLimitExceeded', 'Job has reached the specified backoff limit');
  }
  const left = deadlineLeft(job, status, now);
  return left !== undefined && left <= 0
    ? failure('DeadlineExceeded', 'Job was active longer than specified deadline')
    : undefined;
}

/** The end of a Job with as many successes as it needs. */
export const COMPLETED: JobEnd = {
  type: 'SuccessCriteriaMet',
  reason: 'CompletionsReached',
  message: 'Reached expected number of succeeded pods',
  known: false,
};

/** For how long a Job may still be active (ms); undefined without a deadline, and while it is suspended. */
export function deadlineLeft(job: KubeObject, { startTime }: JobStatus, now: number): number | undefined {
  const { activeDeadlineSeconds, suspend } = specOf(job);
  const start = instantOf(startTime);
  if (typeof activeDeadlineSeconds !== 'number' || start === undefined || suspend === true) return undefined;
  return start + activeDeadlineSeconds * 1000 - now;
}

function failure(reason: string, message: string): JobEnd {
  return { type: 'FailureTarget', reason, message, known: false };
}

function earlierEnd({ conditions }: JobStatus, type: JobEnd['type']): JobEnd | undefined {
  const condition = conditions.find((each) => each['type'] === type && each['status'] === 'True');
  return condition && { type, reason: asText(condition['reason']), message: asText(condition['message']), known: true };
}

function failedByPolicy(job: KubeObject, pods: readonly KubeObject[]): string | undefined {
  if (specOf(job)['podFailurePolicy'] === undefined) return undefined;
  for (const pod of pods) {
    const why = isFailed(pod, job) ? judgeFailure(job, pod).failsJob : undefined;
    if (why !== undefined) return why;
  }
  return undefined;
}

// With restartPolicy OnFailure the kubelet restarts containers, and the restarts count.
function restartsExceed(job: KubeObject, pods: readonly KubeObject[], limit: number): boolean {
  const { restartPolicy } = asObject(asObject(specOf(job)['template'])['spec']);
  if (restartPolicy !== 'OnFailure') return false;
  const running = pods.filter((pod) => ['Running', 'Pending'].includes(phaseOf(pod)));
  const restarts = running.flatMap(containers).reduce((total, { restartCount }) => total + asNumber(restartCount), 0);
  return limit === 0 ? restarts > 0 : restarts >= limit;
}

function containers(pod: KubeObject): readonly Json[] {
  const status = statusOf(pod);
  return [...asObjects(status['initContainerStatuses']), ...asObjects(status['containerStatuses'])];
}
