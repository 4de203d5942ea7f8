import { presentFields } from '../../present-fields.ts';
import type { NodeDurations, NotifiedNode } from '../model/notification.ts';

/**
 * How long the nodes that succeeded took; undefined for a single node, and if all took the same time.
 *
 * @param hidden nodes that must not be named.
 */
export function nodeDurations(nodes: readonly NotifiedNode[], hidden: ReadonlySet<string>): NodeDurations | undefined {
  const timed = nodes
    .flatMap(({ name, state, seconds }) => (state === 'Succeeded' && seconds !== undefined ? [{ name, seconds }] : []))
    .toSorted((a, b) => b.seconds - a.seconds);
  const slowest = timed[0];
  const median = timed[Math.floor(timed.length / 2)];
  if (slowest === undefined || median === undefined || slowest.seconds === median.seconds) return undefined;
  return presentFields({
    slowest: hidden.has(slowest.name) ? undefined : slowest.name,
    slowestSeconds: slowest.seconds,
    medianSeconds: median.seconds,
  });
}
