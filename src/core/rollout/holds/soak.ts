import { PLAN_REASONS } from '../../../api/conditions.ts';
import { toInstant, toRfc3339 } from '../../text.ts';
import { foundAllDone } from '../fleet/batch-progress.ts';
import { stepOf } from '../fleet/batch-steps.ts';
import type { PassView } from '../fleet/pass-view.ts';
import type { Hold } from '../model/hold.ts';
import { soakGates } from './gates.ts';

/**
 * `soakSeconds`: holds the next batch until the last one has proved itself. The soak begins with the batch's settledTime, or when a gate that
 * had closed since then opens again. Both are stored, so that a restarted operator continues the soak. A batch that changed nothing needs none.
 */
export function soaking({ input, fleet }: PassView): Hold | undefined {
  const { snapshot, now } = input;
  const last = fleet.upgrades.at(-1);
  if (last === undefined || foundAllDone(last)) return undefined;
  const seconds = stepOf(snapshot.plan, last)?.soakSeconds ?? 0;
  // Without the time, the batch settles in this pass and this is for its outlook; no gate has been evaluated since then.
  const settled = toInstant(last.status?.settledTime);
  const gates = settled === undefined ? undefined : soakGates(input);
  if (gates?.closed !== undefined && seconds > 0) {
    const message = `${gates.closed}; once it is open, ${last.metadata.name} soaks for ${seconds} s again`;
    return { reason: PLAN_REASONS.GateClosed, message, summary: 'Waiting', kind: 'Working' };
  }
  const since = Math.max(settled ?? now, gates?.reopened ?? 0);
  const until = since + seconds * 1000;
  if (now >= until) return undefined;
  const message = `${last.metadata.name} soaks for ${seconds} s, until ${toRfc3339(until)}`;
  return { reason: PLAN_REASONS.Soaking, message, summary: 'Waiting', kind: 'Working', until };
}
