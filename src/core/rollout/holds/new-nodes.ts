import { PLAN_REASONS } from '../../../api/conditions.ts';
import type { NewNodesStatus } from '../../../api/generated/upgradeplan.ts';
import type { Instant } from '../../facts.ts';
import { toInstant, toRfc3339 } from '../../text.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { PassView } from '../fleet/pass-view.ts';
import type { Hold } from '../model/hold.ts';
import type { DecisionInput } from '../model/snapshot.ts';

/** Since when nodes that came late wait: as persisted, or now. A kill before that is written makes them wait a little longer. */
function waitingSince({ snapshot, now }: DecisionInput): Instant {
  return toInstant(snapshot.plan.status?.newNodes?.firstSeenTime) ?? now;
}

/** Nodes that came late wait for others that may come, so that they go together. */
export function collectingNewNodes({ input, fleet }: PassView): Hold | undefined {
  // All others go first.
  if (fleet.late.length === 0 || fleet.late.length < fleet.remaining.length) return undefined;
  const until = waitingSince(input) + input.snapshot.plan.spec.newNodes.collectSeconds * 1000;
  if (input.now >= until) return undefined;
  const message = `nodes that came after the start wait for others until ${toRfc3339(until)}, to go together`;
  return { reason: PLAN_REASONS.CollectingNewNodes, message, summary: 'Waiting', kind: 'Working', until };
}

/** What the plan's status says of them, and remembers; undefined when none waits. */
export function newNodesStatus(input: DecisionInput, { late }: Fleet): NewNodesStatus | undefined {
  if (late.length === 0) return undefined;
  return { count: late.length, firstSeenTime: toRfc3339(waitingSince(input)) };
}
