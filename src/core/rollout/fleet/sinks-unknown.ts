import { toInstant } from '../../text.ts';
import type { DecisionInput } from '../model/snapshot.ts';

/** The last batch of a plan that is being deleted waits so long for its shared sinks (ms): its nodes must become free. */
const DELETED_LIMIT_MS = 5 * 60 * 1000;

/** Why nobody can say who is to be told; undefined when it is known, or has been waited for long enough. */
export function sinksUnknown({ snapshot, now }: Pick<DecisionInput, 'snapshot' | 'now'>): string | undefined {
  const { plan, sharedSinks } = snapshot;
  if (sharedSinks.kind === 'Known') return undefined;
  const deleted = toInstant(plan.metadata.deletionTimestamp);
  return deleted !== undefined && now > deleted + DELETED_LIMIT_MS ? undefined : sharedSinks.message;
}
