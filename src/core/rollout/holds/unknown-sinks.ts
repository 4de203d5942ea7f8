import { PLAN_REASONS } from '../../../api/conditions.ts';
import type { PassView } from '../fleet/pass-view.ts';
import { sinksUnknown } from '../fleet/sinks-unknown.ts';
import type { Hold } from '../model/hold.ts';

/** Holds everything while the shared sinks are unknown: nobody would be notified at a sink that is read only later. */
export function sinksUnreadable({ input }: PassView): Hold | undefined {
  const unknown = sinksUnknown(input);
  if (unknown === undefined) return undefined;
  const message = `nothing starts, because the shared sinks are not known: ${unknown}`;
  return { reason: PLAN_REASONS.SinksUnreadable, message, summary: 'Waiting', kind: 'Stalled' };
}
