import { toInstant } from '../../text.ts';
import type { DecisionInput } from '../model/snapshot.ts';

/** How long a plan that is being deleted waits for its shared sinks (ms): it must release its nodes. */
const MAX_WAIT_WHEN_DELETED_MS = 5 * 60 * 1000;

/** Why the plan's shared sinks are not known; undefined when they are, or when a plan being deleted has waited long enough. */
export function sinksUnknown({ snapshot, now }: Pick<DecisionInput, 'snapshot' | 'now'>): string | undefined {
  const { plan, sharedSinks } = snapshot;
  if (sharedSinks.kind === 'Known') return undefined;
  const deleted = toInstant(plan.metadata.deletionTimestamp);
  return deleted !== undefined && now > deleted + MAX_WAIT_WHEN_DELETED_MS ? undefined : sharedSinks.message;
}
