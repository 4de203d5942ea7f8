import type { DrainWait, NodeRecord } from '../../../../api/generated/upgradebatch.ts';
import type { Instant } from '../../../facts.ts';
import { presentFields } from '../../../present-fields.ts';
import { toInstant } from '../../../text.ts';

/** Maximum number of waits, as in the CRD. */
const MAX_WAITS = 5;
/** Minimum duration of a wait that counts (s). PodDisruptionBudgets often block a drain for a moment. */
const MIN_SECONDS = 30;

/**
 * What drains have waited for, including the waits that end in this pass: the stored record has an obstacle that no longer exists. The wait is
 * added in the same write that removes the obstacle, so that each counts once, whatever is killed in between.
 */
export function drainWaits(
  before: readonly DrainWait[] | undefined,
  recorded: readonly NodeRecord[],
  records: readonly NodeRecord[],
  now: Instant,
): readonly DrainWait[] | undefined {
  const found = new Map(records.map((record) => [record.name, record]));
  const ended = recorded.flatMap((record) => endedWait(record, found.get(record.name), now) ?? []);
  return ended.length === 0 ? before : mergeWaits([...(before ?? []), ...ended]);
}

/** Combines waits for the same budget or Pod, the longest first. */
export function mergeWaits(waits: readonly DrainWait[]): readonly DrainWait[] {
  const groups = Map.groupBy(waits, ({ budget, pod }) => JSON.stringify([budget ?? null, pod ?? null]));
  return [...groups.values()]
    .flatMap((group): DrainWait[] => {
      const [first] = group;
      if (first === undefined) return [];
      const sum = (of: (wait: DrainWait) => number): number => group.reduce((total, wait) => total + of(wait), 0);
      const longestSeconds = Math.max(...group.map((wait) => wait.longestSeconds));
      return [{ ...first, seconds: sum((wait) => wait.seconds), longestSeconds, nodes: sum((wait) => wait.nodes) }];
    })
    .toSorted((a, b) => b.seconds - a.seconds)
    .slice(0, MAX_WAITS);
}

function endedWait({ state, drain }: NodeRecord, after: NodeRecord | undefined, now: Instant): DrainWait | undefined {
  const since = toInstant(drain?.blockedSinceTime);
  if (state !== 'Draining' || drain?.pod === undefined || since === undefined) return undefined;
  const continues = after?.state === 'Draining' && after.drain?.pod === drain.pod;
  const seconds = Math.round((now - since) / 1000);
  if (continues || seconds < MIN_SECONDS) return undefined;
  const budget = drain.budget === undefined ? undefined : `${drain.pod.split('/')[0] ?? ''}/${drain.budget}`;
  return presentFields({ budget, pod: budget === undefined ? drain.pod : undefined, seconds, longestSeconds: seconds, nodes: 1 });
}
