import type { NodeRecord, UpgradeBatch } from '../../../api/generated/upgradebatch.ts';
import { countOf } from '../../quantity.ts';
import type { Fleet } from './fleet.ts';
import { isGoalState } from '../records/batch-goal.ts';
import { recordedRollback } from '../records/recorded-rollback.ts';
import type { PlanSnapshot } from '../model/snapshot.ts';

/** What the failure budget says. */
export interface Budget {
  readonly exceeded: boolean;
  /** Nodes that count: failed since the last Resume. */
  readonly failed: number;
  readonly maxFailed: number;
  /** The newest batch, after which the plan is paused: the one that a Resume must name. */
  readonly batch: string | undefined;
  readonly message: string;
  /** The same without the names of nodes, for what goes to people who may not be told them. */
  readonly brief: string;
}

/** How the budget is exceeded, with and without the names of nodes. */
interface Excess {
  readonly message: string;
  readonly brief: string;
}

/**
 * The failure budget. Failures up to a resumed batch are forgiven, those after it count anew. A batch may have a tighter limit of
 * its own: the first one has 0. So many failures in a row stop the rollout as well, before all of the budget is used up. A rollback has
 * the plan's budget for itself: what failed before it does not count in it, nor what failed in it afterwards.
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
  const plain = (text: string | undefined): Excess | undefined =>
    text === undefined ? undefined : { message: text, brief: text };
  const excess =
    failed > maxFailed ? plain(sentence) : (tooManyInRow(counted, failure.maxConsecutiveFailed) ?? plain(batchExcess(counted)));
  return {
    exceeded: excess !== undefined,
    failed,
    maxFailed,
    batch: fleet.batches.at(-1)?.metadata.name,
    message: excess?.message ?? sentence,
    brief: excess?.brief ?? sentence,
  };
}

/** The budget that the last Resume to name one has given. */
function raisedBudget(batches: readonly UpgradeBatch[]): number | string | undefined {
  return batches.findLast((batch) => batch.status?.resumed?.maxFailed !== undefined)?.status?.resumed?.maxFailed;
}

function failedIn(batch: UpgradeBatch): number {
  return (batch.status?.nodes ?? []).filter((record) => record.state === 'Failed').length;
}

/** The newest batch with more failures than its own limit allows. */
function batchExcess(batches: readonly UpgradeBatch[]): string | undefined {
  const over = batches.findLast((batch) => batch.spec.maxFailed !== undefined && failedIn(batch) > batch.spec.maxFailed);
  if (over === undefined) return undefined;
  return `${failedIn(over)} failed in ${over.metadata.name}, which may have ${over.spec.maxFailed ?? 0}`;
}

/** Failures one after the other, in the order of the outcomes: by their time, and by name where that is the same. */
function tooManyInRow(batches: readonly UpgradeBatch[], limit: number | undefined): Excess | undefined {
  if (limit === undefined) return undefined;
  const outcomes = batches
    .flatMap((batch) => batch.status?.nodes ?? [])
    .filter((record) => record.state === 'Failed' || isGoalState(record.state))
    .toSorted((a, b) => compareTexts(a.endTime ?? '', b.endTime ?? '') || compareTexts(a.name, b.name));
  let row: NodeRecord[] = [];
  for (const record of outcomes) {
    row = record.state === 'Failed' ? [...row, record] : [];
    if (row.length >= limit) {
      const names = row.slice(-3).map(({ name }) => name);
      const told = (which: string): string => `${row.length} failed in a row${which}, maxConsecutiveFailed ${limit}`;
      return { message: told(` (${row.length > 3 ? 'the last: ' : ''}${names.join(', ')})`), brief: told('') };
    }
  }
  return undefined;
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
