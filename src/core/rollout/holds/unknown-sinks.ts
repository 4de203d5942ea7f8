import { PLAN_REASONS } from '../../../api/conditions.ts';
import type { PassView } from '../fleet/pass-view.ts';
import { sinksUnknown } from '../fleet/sinks-unknown.ts';
import type { Hold } from '../model/hold.ts';

/** Nothing starts of which it is not known who is to be told. */
export function sinksUnreadable({ input }: PassView): Hold | undefined {
  const unknown = sinksUnknown(input);
  if (unknown === undefined) return undefined;
  const message = `nothing starts, because the shared sinks are not known: ${unknown}`;
  return { reason: PLAN_REASONS.SinksUnreadable, message, summary: 'Waiting', kind: 'Stalled' };
}
