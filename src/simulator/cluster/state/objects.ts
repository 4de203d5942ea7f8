import { asObject, asObjects, asText, type Json } from '../../../core/json.ts';
import type { KubeObject, OwnerReference } from '../../../kube/kube-object.ts';

export function specOf(object: KubeObject): Json {
  return asObject(object['spec']);
}

export function statusOf(object: KubeObject): Json {
  return asObject(object['status']);
}

/** RFC 3339 with whole seconds, as Kubernetes writes its times. */
export function timestamp(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}

/** Milliseconds since the epoch; undefined when the text is not a time. */
export function instantOf(text: unknown): number | undefined {
  const milliseconds = Date.parse(asText(text));
  return Number.isNaN(milliseconds) ? undefined : milliseconds;
}

/** The owner that manages an object. */
export function controllerOf({ metadata }: KubeObject): OwnerReference | undefined {
  return metadata.ownerReferences?.find(({ controller }) => controller === true);
}

export function conditionsOf(object: KubeObject): readonly Json[] {
  return asObjects(statusOf(object)['conditions']);
}

export function conditionOf(object: KubeObject, type: string): Json | undefined {
  return conditionsOf(object).find((condition) => condition['type'] === type);
}

/** Whether a condition is True. */
export function hasCondition(object: KubeObject, type: string): boolean {
  return conditionOf(object, type)?.['status'] === 'True';
}

/** A list of conditions in which one replaces that of its type, or comes last. Its transition time moves only with its status. */
export function withCondition(conditions: readonly Json[], condition: Json, now: number): readonly Json[] {
  const index = conditions.findIndex(({ type }) => type === condition['type']);
  const before = conditions[index];
  const same = before !== undefined && before['status'] === condition['status'];
  const complete = { ...condition, lastTransitionTime: same ? before['lastTransitionTime'] : timestamp(now) };
  return before === undefined ? [...conditions, complete] : conditions.with(index, complete);
}

export function phaseOf(pod: KubeObject): string {
  return asText(statusOf(pod)['phase']);
}

/** Whether a pod has ended. */
export function hasEnded(pod: KubeObject): boolean {
  return ['Succeeded', 'Failed'].includes(phaseOf(pod));
}

export function isDeleting({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp !== undefined;
}
