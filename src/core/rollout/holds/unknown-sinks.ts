import { PLAN_REASONS } from '../../../api/conditions.ts';
import { toInstant } from '../../text.ts';
import type { Hold, HoldView } from './holds.ts';
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

/** Nothing starts of which it is not known who is to be told. */
export function holdForSinks({ input }: HoldView): Hold | undefined {
  const unknown = sinksUnknown(input);
  if (unknown === undefined) return undefined;
  const message = `nothing starts, because the shared sinks are not known: ${unknown}`;
  return { reason: PLAN_REASONS.SinksUnreadable, message, summary: 'Waiting', kind: 'Stalled' };
}
