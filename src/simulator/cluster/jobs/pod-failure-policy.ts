import { asObject, asObjects, asText, type Json } from '../../../core/json.ts';
import type { KubeObject } from '../../../kube/kube-object.ts';
import { conditionsOf, specOf, statusOf } from '../state/objects.ts';
import { terminated } from './job-pods.ts';

/** What the policy of a Job says about a failed pod. */
export interface FailureVerdict {
  /** Why the whole Job fails; undefined when it does not. */
  readonly failsJob: string | undefined;
  /** Whether the failure counts towards the backoff limit. */
  readonly counts: boolean;
}

/** Applies the first rule of `podFailurePolicy` that matches a pod. */
export function judgeFailure(job: KubeObject, pod: KubeObject): FailureVerdict {
  const rules = asObjects(asObject(specOf(job)['podFailurePolicy'])['rules']);
  for (const [index, rule] of rules.entries()) {
    const what = matched(rule, pod);
    if (what === undefined) continue;
    const { action } = rule;
    if (action === 'FailJob') return { failsJob: `${what} matching FailJob rule at index ${index}`, counts: true };
    return { failsJob: undefined, counts: action !== 'Ignore' };
  }
  return { failsJob: undefined, counts: true };
}

/** Whether the policy lets a failed pod fail its Job, and why. */
function matched(rule: Json, pod: KubeObject): string | undefined {
  const name = `${pod.metadata.namespace ?? ''}/${pod.metadata.name ?? ''}`;
  if (rule['onExitCodes'] !== undefined) {
    const found = exited(asObject(rule['onExitCodes']), pod);
    return found && `Container ${found.container} for pod ${name} failed with exit code ${found.code}`;
  }
  const patterns = asObjects(rule['onPodConditions']);
  const condition = conditionsOf(pod).find(({ type, status }) =>
    patterns.some((pattern) => pattern['type'] === type && pattern['status'] === status),
  );
  return condition && `Pod ${name} has condition ${asText(condition['type'])}`;
}

function exited(requirement: Json, pod: KubeObject): { readonly container: string; readonly code: number } | undefined {
  const { containerName, operator, values } = requirement;
  const listed: readonly unknown[] = Array.isArray(values) ? values : [];
  const status = statusOf(pod);
  for (const each of [...asObjects(status['containerStatuses']), ...asObjects(status['initContainerStatuses'])]) {
    const { exitCode: code } = terminated(each);
    if (typeof code !== 'number' || code === 0) continue;
    if (containerName !== undefined && containerName !== null && containerName !== each['name']) continue;
    if (listed.includes(code) === (operator === 'In')) return { container: asText(each['name']), code };
  }
  return undefined;
}
