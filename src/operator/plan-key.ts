import { DONE_MARK_PREFIX } from '../api/names.ts';
import type { Hash } from '../core/facts.ts';

/** Key of a plan in queues and caches: `namespace/name`. */
export function planKey(namespace: string, plan: string): string {
  return `${namespace}/${plan}`;
}

/** Splits a {@link planKey}. */
export function splitPlanKey(key: string): { readonly namespace: string; readonly name: string } {
  const slash = key.indexOf('/');
  return { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

/** The fields that name a plan in a log line. */
export function planFields(key: string): { readonly namespace: string; readonly plan: string } {
  const { namespace, name } = splitPlanKey(key);
  return { namespace, plan: name };
}

/**
 * Annotation that marks a Node as done for a plan. It contains the name of the plan and not its UID, so that a plan that is deleted and
 * created again does not repeat its upgrade.
 */
export function doneMarkOf(key: string, hash: Hash): string {
  const { name } = splitPlanKey(key);
  return `${DONE_MARK_PREFIX}${name}-${hash(key).slice(0, 8)}`;
}
