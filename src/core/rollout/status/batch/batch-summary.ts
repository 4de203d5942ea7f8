import type { BatchSummary, NodeRecord } from '../../../../api/generated/upgradebatch.ts';

/** What the summary of a batch counts besides its records. */
interface SummaryInput {
  /** Number of nodes of the batch that are in their turn. */
  readonly running: number;
  /** Number of nodes of the plan that are down. */
  readonly down: number;
  readonly before: BatchSummary | undefined;
}

/** The records of a batch, counted by outcome. */
export function summaryOf(records: readonly NodeRecord[], { running, down, before }: SummaryInput): BatchSummary {
  const count = (state: NodeRecord['state']): number => records.filter((record) => record.state === state).length;
  return {
    nodes: records.length,
    succeeded: count('Succeeded'),
    ...(records.some((record) => record.state === 'RolledBack') ? { rolledBack: count('RolledBack') } : {}),
    failed: count('Failed'),
    skipped: count('Skipped'),
    notAttempted: count('NotAttempted'),
    running,
    overdue: records.filter((record) => record.overdue === true).length,
    peakUnavailable: Math.max(before?.peakUnavailable ?? 0, running === 0 ? 0 : down),
  };
}
