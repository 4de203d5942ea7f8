import { PLAN_REASONS } from '../../../../api/conditions.ts';
import { counted, toInstant } from '../../../text.ts';
import type { PassView } from '../../fleet/pass-view.ts';
import type { Hold } from '../../model/hold.ts';

/** Minimum time that a drain is blocked before it is reported (ms). PodDisruptionBudgets often block one for a moment. */
const MIN_BLOCKED_MS = 30_000;

/**
 * Holds a plan of which every node in its turn waits for Pods that cannot be evicted. It ends by itself, at the latest when the drains time out.
 */
export function drainHold({ input, fleet }: Pick<PassView, 'input' | 'fleet'>): Hold | undefined {
  const { snapshot, now } = input;
  const inTheirTurn = [...snapshot.nodes.values()].filter((node) => node.claim === snapshot.plan.metadata.uid);
  const blocked = inTheirTurn.flatMap(({ name }) => {
    const record = fleet.records.get(name);
    const since = toInstant(record?.drain?.blockedSinceTime);
    return record?.state === 'Draining' && since !== undefined && now >= since + MIN_BLOCKED_MS ? [record] : [];
  });
  const [first] = blocked;
  if (first === undefined || blocked.length < inTheirTurn.length) return undefined;
  const others = blocked.length > 1 ? `; the same for ${counted(blocked.length - 1, 'other node')}` : '';
  const message = `${first.name} is not drained ${first.message ?? ''}${others}`;
  return { reason: PLAN_REASONS.DrainBlocked, message, summary: 'Waiting', kind: 'Working' };
}
