import type { NodeRecord, UpgradeBatch } from '../../../api/generated/upgradebatch.ts';
import { countOf } from '../../quantity.ts';
import type { Fleet } from './fleet.ts';
import { isGoalState } from '../records/batch-goal.ts';
import { recordedRollback } from '../records/recorded-rollback.ts';
import type { PlanSnapshot } from '../model/snapshot.ts';

/** The failure budget of a rollout, or of its rollback. */
export interface Budget {
  readonly exceeded: boolean;
  /** Number of nodes that failed since the last Resume. */
  readonly failed: number;
  readonly maxFailed: number;
  /** Name of the newest batch, which a Resume must name; undefined before the first batch. */
  readonly batch: string | undefined;
  readonly message: string;
  /** The message without names of nodes, for readers who must not see them. */
  readonly brief: string;
}

/** Why the budget is exceeded, with and without names of nodes. */
interface Excess {
  readonly message: string;
  readonly brief: string;
}

/**
 * Computes the failure budget. Failures up to and including the last resumed batch do not count. Two limits can stop the rollout
 * earlier: that of a batch (the first has 0) and `maxConsecutiveFailed`. A rollback has a budget of its own, of the same size:
 * failures before it do not count in it, and its failures do not count afterwards.
 */
export function failureBudget(snapshot: PlanSnapshot, fleet: Fleet): Budget {
  const { failure } = snapshot.plan.spec;
  const rollback = recordedRollback(snapshot);
  const batches =
    rollback === undefined ? fleet.upgrades : fleet.batches.filter((batch) => batch.spec.rollback?.decidedTime === rollback.time);
  const maxFailed = countOf(raisedBudget(batches) ?? failure.maxFailed, fleet.planNodes);
  const resumed = batches.findLastIndex((batch) => batch.status?.resumed !== undefined);
  const counted = batches.slice(resumed + 1);
  const failed = counted.reduce((sum, batch) => sum + failedIn(batch), 0);
  const sentence = `${failed} failed${rollback === undefined ? '' : ' to go back'}, budget ${maxFailed}`;
  const withoutNodes = (text: string | undefined): Excess | undefined =>
    text === undefined ? undefined : { message: text, brief: text };
  const excess =
    failed > maxFailed
      ? withoutNodes(sentence)
      : (consecutiveExcess(counted, failure.maxConsecutiveFailed) ?? withoutNodes(batchExcess(counted)));
  return {
    exceeded: excess !== undefined,
    failed,
    maxFailed,
    batch: fleet.batches.at(-1)?.metadata.name,
    message: excess?.message ?? sentence,
    brief: excess?.brief ?? sentence,
  };
}

/** The budget of the last Resume that set one. */
function raisedBudget(batches: readonly UpgradeBatch[]): number | string | undefined {
  return batches.findLast((batch) => batch.status?.resumed?.maxFailed !== undefined)?.status?.resumed?.maxFailed;
}

function failedIn(batch: UpgradeBatch): number {
  return (batch.status?.nodes ?? []).filter((record) => record.state === 'Failed').length;
}

/** Why the newest batch over its own limit exceeds it. */
function batchExcess(batches: readonly UpgradeBatch[]): string | undefined {
  const over = batches.findLast((batch) => batch.spec.maxFailed !== undefined && failedIn(batch) > batch.spec.maxFailed);
  if (over === undefined) return undefined;
  return `${failedIn(over)} failed in ${over.metadata.name}, which may have ${over.spec.maxFailed ?? 0}`;
}

/** Why `limit` failures in a row exceed the budget. Outcomes are ordered by end time, then by name. */
function consecutiveExcess(batches: readonly UpgradeBatch[], limit: number | undefined): Excess | undefined {
  if (limit === undefined) return undefined;
  const outcomes = batches
    .flatMap((batch) => batch.status?.nodes ?? [])
    .filter((record) => record.state === 'Failed' || isGoalState(record.state))
    .toSorted((a, b) => compareTexts(a.endTime ?? '', b.endTime ?? '') || compareTexts(a.name, b.name));
  let streak: NodeRecord[] = [];
  for (const record of outcomes) {
    streak = record.state === 'Failed' ? [...streak, record] : [];
    if (streak.length >= limit) {
      const names = streak.slice(-3).map(({ name }) => name);
      const describe = (which: string): string => `${streak.length} failed in a row${which}, maxConsecutiveFailed ${limit}`;
      return { message: describe(` (${streak.length > 3 ? 'the last: ' : ''}${names.join(', ')})`), brief: describe('') };
    }
  }
  return undefined;
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
