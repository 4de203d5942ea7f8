import { PLAN_REASONS } from '../../../../api/conditions.ts';
import { counted, toInstant } from '../../../text.ts';
import type { PassView } from '../../fleet/pass-view.ts';
import type { Hold } from '../../model/hold.ts';

/** A drain that is held up for less is no news: budgets often take a moment (ms). */
const NEWS_MS = 30_000;

/**
 * Why nothing moves although nodes are in their turn: each of them waits to be drained, for Pods that may not go. It ends by itself, at
 * the latest when the drains are given up.
 */
export function drainHold({ input, fleet }: Pick<PassView, 'input' | 'fleet'>): Hold | undefined {
  const { snapshot, now } = input;
  const inTheirTurn = [...snapshot.nodes.values()].filter((node) => node.claim === snapshot.plan.metadata.uid);
  const held = inTheirTurn.flatMap(({ name }) => {
    const record = fleet.records.get(name);
    const since = toInstant(record?.drain?.blockedSinceTime);
    return record?.state === 'Draining' && since !== undefined && now >= since + NEWS_MS ? [record] : [];
  });
  const [first] = held;
  if (first === undefined || held.length < inTheirTurn.length) return undefined;
  const others = held.length > 1 ? `; ${counted(held.length - 1, 'other node')} likewise` : '';
  const message = `${first.name} is not drained ${first.message ?? ''}${others}`;
  return { reason: PLAN_REASONS.DrainBlocked, message, summary: 'Waiting', kind: 'Working' };
}
