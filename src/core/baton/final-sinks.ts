import type { BatchAlert, BatchOutlook, UpgradeBatch, UpgradeBatchStatus } from '../../api/generated/upgradebatch.ts';
import type { Sink } from '../../api/generated/upgradeplan.ts';
import { sendPolicy } from '../sinks/sink-kinds.ts';
import { finalReceipts } from './deliveries.ts';
import { toInstant } from '../text.ts';
import { endsInTrouble } from '../notification/model/action-needed.ts';

/** Whether the rollout ends with what follows a batch. */
const ENDS: Readonly<Record<BatchOutlook['next'], boolean>> = {
  NextBatch: false,
  Waiting: false,
  Paused: false,
  RollingBack: false,
  Done: true,
  Aborted: true,
  Deleted: true,
  RolledBack: true,
};

/** Whether the rollout ends with what follows a batch. */
export function isPlanEnd(outlook: BatchOutlook | undefined): boolean {
  return outlook !== undefined && ENDS[outlook.next];
}

/** A batch that settles, as far as it decides who is told. */
export interface SettlingBatch extends Pick<UpgradeBatch, 'spec'> {
  /** Its records, and the plan's outlook. */
  readonly status: Pick<UpgradeBatchStatus, 'nodes' | 'outlook'>;
  /** Those that it has raised: whoever was alerted, or was to be, is told how it ended. */
  readonly alerts: readonly BatchAlert[];
  /** The plan's batches before it, in their order. */
  readonly earlier: readonly UpgradeBatch[];
}

/**
 * Names of the sinks that are to get the final message of a batch. Who wants to hear of trouble only is also told when it is over, by
 * the first batch that ends well: a pager could not resolve otherwise. Where that message was not delivered, the next one says it again.
 */
export function finalSinks(sinks: readonly Sink[], { spec, status, alerts, earlier }: SettlingBatch): readonly string[] {
  const asks = (sink: Sink): boolean => {
    switch (sendPolicy(sink)) {
      case 'EveryBatch':
        return true;
      case 'OnTrouble':
        return isTroubled({ spec, status }) || isAlerted(alerts, sink.name) || leftInTrouble(earlier, sink.name);
      case 'PlanEnd':
        return isPlanEnd(status.outlook);
    }
  };
  return sinks.filter(asks).map((sink) => sink.name);
}

/**
 * Names of the sinks that still wait for the end of the rollout after the batch has settled: they are told when it ends without another
 * one. Beside those that ask for the end these are the ones that were alerted since, to which no other batch could say that it is over.
 */
export function awaitingEnd(sinks: readonly Sink[], { status }: UpgradeBatch): readonly string[] {
  if (isPlanEnd(status?.outlook)) return [];
  const told = status?.notification?.sinks ?? [];
  const waits = (sink: Sink): boolean => {
    const policy = sendPolicy(sink);
    return policy === 'PlanEnd' || (policy === 'OnTrouble' && isAlerted(alertsAfter(status), sink.name));
  };
  return sinks.filter((sink) => !told.includes(sink.name) && waits(sink)).map((sink) => sink.name);
}

function isTroubled({ spec, status: { nodes = [], outlook } }: Pick<SettlingBatch, 'spec' | 'status'>): boolean {
  return endsInTrouble({
    outlook,
    isRollback: spec.rollback !== undefined,
    failed: nodes.filter((record) => record.state === 'Failed').length,
    quarantined: nodes.filter((record) => record.quarantined === true).length,
  });
}

function isAlerted(alerts: readonly BatchAlert[], sink: string): boolean {
  return alerts.some(({ sinks = [] }) => sinks.includes(sink));
}

/** The alerts that a batch raised once it had settled. */
function alertsAfter(status: UpgradeBatchStatus | undefined): readonly BatchAlert[] {
  const settled = toInstant(status?.settledTime) ?? Infinity;
  return (status?.notification?.alerts ?? []).filter(({ time }) => (toInstant(time) ?? 0) > settled);
}

/** Whether trouble was the last that a sink heard of these batches. */
function leftInTrouble(batches: readonly UpgradeBatch[], sink: string): boolean {
  return batches.map((batch) => lastWord(batch, sink)).findLast((word) => word !== undefined) === 'Trouble';
}

/**
 * What a sink heard last of a batch: how it ended, or an alert after that. Trouble that was not delivered may have been heard all the same; that it is
 * over counts only once it is.
 */
function lastWord({ spec, status = {} }: UpgradeBatch, sink: string): 'Trouble' | 'Good' | undefined {
  const { sinks = [], alerts = [] } = status.notification ?? {};
  if (isAlerted(alertsAfter(status), sink)) return 'Trouble';
  if (sinks.includes(sink) && isTroubled({ spec, status })) return 'Trouble';
  const delivered = finalReceipts(status.notification).some((each) => each.sink === sink && each.outcome === 'Delivered');
  if (delivered) return 'Good';
  return isAlerted(alerts, sink) ? 'Trouble' : undefined;
}
