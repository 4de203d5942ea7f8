import { DONE_MARK_PREFIX } from '../api/names.ts';
import type { Hash } from '../core/facts.ts';

/** Key of a plan in queues and caches. */
export function planKey(namespace: string, plan: string): string {
  return `${namespace}/${plan}`;
}

/** Namespace and name of a {@link planKey}. */
export function splitPlanKey(key: string): { readonly namespace: string; readonly name: string } {
  const slash = key.indexOf('/');
  return { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

/** Annotation that marks a Node as done for a plan. By name, so that a plan that is created anew does not run everything again. */
export function doneMarkOf(key: string, hash: Hash): string {
  const { name } = splitPlanKey(key);
  return `${DONE_MARK_PREFIX}${name}-${hash(key).slice(0, 8)}`;
}
