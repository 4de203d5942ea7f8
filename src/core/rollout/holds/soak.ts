import { PLAN_REASONS } from '../../../api/conditions.ts';
import { toInstant, toRfc3339 } from '../../text.ts';
import { foundAllDone } from '../fleet/batch-progress.ts';
import { stepOf } from '../fleet/batch-steps.ts';
import type { PassView } from '../fleet/pass-view.ts';
import type { Hold } from '../model/hold.ts';
import { soakGates } from './gates.ts';

/**
 * The next batch waits until the last one has proved itself. The clock is the batch's settledTime, or when a gate that had closed since
 * was open again; both are written down, so that an operator that was killed goes on with what is left of the soak. A batch that has
 * changed nothing has nothing to prove.
 */
export function soaking({ input, fleet }: PassView): Hold | undefined {
  const { snapshot, now } = input;
  const last = fleet.upgrades.at(-1);
  if (last === undefined || foundAllDone(last)) return undefined;
  const seconds = stepOf(snapshot.plan, last)?.soakSeconds ?? 0;
  // Without a time it settles in this very pass: its outlook is asked for, and no gate has been looked at.
  const settled = toInstant(last.status?.settledTime);
  const gates = settled === undefined ? undefined : soakGates(input);
  if (gates?.closed !== undefined && seconds > 0) {
    const message = `${gates.closed}; when it has opened, ${last.metadata.name} soaks for ${seconds} s again`;
    return { reason: PLAN_REASONS.GateClosed, message, summary: 'Waiting', kind: 'Working' };
  }
  const since = Math.max(settled ?? now, gates?.reopened ?? 0);
  const until = since + seconds * 1000;
  if (now >= until) return undefined;
  const message = `${last.metadata.name} soaks for ${seconds} s, until ${toRfc3339(until)}`;
  return { reason: PLAN_REASONS.Soaking, message, summary: 'Waiting', kind: 'Working', until };
}
