import { PLAN_REASONS } from '../../../api/conditions.ts';
import type { NewNodesStatus } from '../../../api/generated/upgradeplan.ts';
import type { Instant } from '../../facts.ts';
import { toInstant, toRfc3339 } from '../../text.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { PassView } from '../fleet/pass-view.ts';
import type { Hold } from '../model/hold.ts';
import type { DecisionInput } from '../model/snapshot.ts';

/** Since when late nodes wait: the stored time, or now. A kill before the time is stored makes them wait a little longer. */
function waitingSince({ snapshot, now }: DecisionInput): Instant {
  return toInstant(snapshot.plan.status?.newNodes?.firstSeenTime) ?? now;
}

/** `newNodes`: holds the next batch if only late nodes are left, so that nodes that join soon after share a batch. */
export function collectingNewNodes({ input, fleet }: PassView): Hold | undefined {
  // All other nodes go first.
  if (fleet.late.length === 0 || fleet.late.length < fleet.remaining.length) return undefined;
  const until = waitingSince(input) + input.snapshot.plan.spec.newNodes.collectSeconds * 1000;
  if (input.now >= until) return undefined;
  const message = `new nodes wait for others until ${toRfc3339(until)}, to share a batch`;
  return { reason: PLAN_REASONS.CollectingNewNodes, message, summary: 'Waiting', kind: 'Working', until };
}

/** What the plan's status stores about late nodes; undefined if there are none. */
export function newNodesStatus(input: DecisionInput, { late }: Fleet): NewNodesStatus | undefined {
  if (late.length === 0) return undefined;
  return { count: late.length, firstSeenTime: toRfc3339(waitingSince(input)) };
}
