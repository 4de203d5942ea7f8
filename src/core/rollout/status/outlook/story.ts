import type {
  BatchSummary,
  NodeRecord,
  QuarantinedNode,
  RolloutStory,
  StoryAction,
  StoryBatch,
  StoryFailure,
  UpgradeBatch,
} from '../../../../api/generated/upgradebatch.ts';
import { presentFields } from '../../../present-fields.ts';
import { compareNames, toInstant } from '../../../text.ts';
import type { PassView } from '../../fleet/pass-view.ts';
import { isDone } from '../counts.ts';
import { dependentsOf } from './dependents.ts';
import { mergeWaits } from './drain-waits.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import { isRollback } from '../../records/batch-goal.ts';
import { waitsUntil } from './plan-waits.ts';
import { rollbackStory } from './rollback-story.ts';
import type { PlanSnapshot } from '../../model/snapshot.ts';

/** The first and last batches are always listed; of those between, only the latest that did not fully succeed. */
const FIRST_BATCHES = 4;
const LAST_BATCHES = 4;
const MAX_BAD_BATCHES = 16;
const MAX_FAILURES = 10;
const MAX_NAMES = 20;
const MAX_ACTIONS = 10;

/**
 * The whole rollout of the revision, for its last notification. Everything comes from the batches and the plan's status. The size of the story
 * depends neither on the number of nodes nor on the number of batches.
 *
 * @param summary of the newest batch in this pass.
 * @param succeeded whether the rollout has ended in a way that lets dependent plans start.
 */
export function storyOf(view: PassView, summary: BatchSummary, succeeded: boolean): RolloutStory | undefined {
  const { input, fleet } = view;
  const { snapshot, now } = input;
  const [first] = fleet.batches;
  const startTime = first?.metadata.creationTimestamp;
  if (startTime === undefined) return undefined;
  const summaries = [...fleet.batches.slice(0, -1).map(({ status }) => status?.summary), summary];
  const waits = waitsUntil(snapshot, now);
  const failures = failuresOf(fleet);
  const quarantined = quarantinedNodes(snapshot, fleet);
  const actions = actionsSince(snapshot, startTime);
  const drainWaits = mergeWaits(summaries.flatMap((each) => each?.drainWaits ?? []));
  return presentFields({
    startTime,
    waits: nonEmpty(waits),
    batches: fleet.batches.length,
    listedBatches: listedBatches(fleet.batches),
    failures: nonEmpty(failures),
    recovered: recovered(fleet),
    retried: [...fleet.records.values()].filter(succeededOnRetry).length,
    peakUnavailable: Math.max(...summaries.map((each) => each?.peakUnavailable ?? 0)),
    quarantined: quarantined.length,
    quarantinedNodes: nonEmpty(quarantined.slice(0, MAX_NAMES)),
    actions: nonEmpty(actions),
    drainWaits: nonEmpty(drainWaits),
    dependents: nonEmpty(dependentsOf(input, succeeded)),
    rollbackResult: rollbackStory(view),
  });
}

function nonEmpty<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length === 0 ? undefined : list;
}

function recordsOf(batch: UpgradeBatch): readonly NodeRecord[] {
  return batch.status?.nodes ?? [];
}

function listedBatches(batches: readonly UpgradeBatch[]): readonly StoryBatch[] {
  const failedBefore = new Set<string>();
  const all = batches.map((batch): StoryBatch => {
    const count = (wanted: (record: NodeRecord) => boolean): number => recordsOf(batch).filter(wanted).length;
    const isRetry = batch.spec.nodes.every(({ name }) => failedBefore.has(name));
    for (const { name, state } of recordsOf(batch)) if (state === 'Failed') failedBefore.add(name);
    return {
      index: batch.spec.index,
      kind: isRollback(batch) ? 'Rollback' : isRetry ? 'Retry' : 'Upgrade',
      nodes: batch.spec.nodes.length,
      succeeded: count((record) => isDone(record) || record.state === 'RolledBack'),
      failed: count(({ state }) => state === 'Failed'),
    };
  });
  const middle = all.slice(FIRST_BATCHES, Math.max(FIRST_BATCHES, all.length - LAST_BATCHES));
  const bad = middle.filter(({ succeeded, nodes }) => succeeded < nodes).slice(-MAX_BAD_BATCHES);
  return [...all.slice(0, FIRST_BATCHES), ...bad, ...all.slice(FIRST_BATCHES).slice(-LAST_BATCHES)];
}

function failuresOf({ batches }: Fleet): readonly StoryFailure[] {
  const failed = batches.flatMap(recordsOf).filter(({ state }) => state === 'Failed');
  const processOf = ({ processes }: NodeRecord): string | undefined => processes?.find(({ state }) => state === 'Failed')?.name;
  const groups = Map.groupBy(failed, (record) => JSON.stringify([record.reason ?? '', processOf(record) ?? null]));
  return [...groups.values()]
    .flatMap((group) =>
      group
        .slice(0, 1)
        .map((record) => presentFields({ reason: record.reason ?? 'Failed', process: processOf(record), count: group.length })),
    )
    .toSorted((a, b) => b.count - a.count)
    .slice(0, MAX_FAILURES);
}

/** Number of nodes that failed in one batch and were done in a later one. */
function recovered({ batches, records }: Fleet): number {
  const failed = new Set(batches.flatMap(recordsOf).flatMap(({ name, state }) => (state === 'Failed' ? [name] : [])));
  return [...failed].filter((name) => {
    const last = records.get(name);
    return last !== undefined && isDone(last);
  }).length;
}

function succeededOnRetry({ state, processes = [] }: NodeRecord): boolean {
  return state === 'Succeeded' && processes.some(({ attempt = 1 }) => attempt > 1);
}

/** The plan's quarantined nodes, with their details from their last batch. */
function quarantinedNodes({ plan, nodes }: PlanSnapshot, { batches }: Fleet): readonly QuarantinedNode[] {
  const details = new Map(batches.flatMap(({ spec }) => spec.nodes).map(({ name, nodeDetail }) => [name, nodeDetail]));
  return [...nodes.values()]
    .filter(({ quarantine }) => quarantine?.planUid === plan.metadata.uid)
    .map(({ name }) => presentFields({ name, nodeDetail: details.get(name) }))
    .toSorted((a, b) => compareNames(a.name, b.name));
}

function actionsSince({ plan }: PlanSnapshot, startTime: string): readonly StoryAction[] {
  const since = toInstant(startTime) ?? 0;
  return (plan.status?.history ?? [])
    .filter(({ time }) => (toInstant(time) ?? 0) >= since)
    .slice(-MAX_ACTIONS)
    .map(({ action, requestedBy, reason, time }) => presentFields({ action, requestedBy, reason, time }));
}
