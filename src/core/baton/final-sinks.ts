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

/** A batch that settles: what decides which sinks get its final message. */
export interface SettlingBatch extends Pick<UpgradeBatch, 'spec'> {
  /** The records of its nodes, and the plan's outlook. */
  readonly status: Pick<UpgradeBatchStatus, 'nodes' | 'outlook'>;
  /** The alerts that it raised. A sink that was to get one also gets the final message. */
  readonly alerts: readonly BatchAlert[];
  /** The plan's earlier batches, in order. */
  readonly earlier: readonly UpgradeBatch[];
}

/**
 * Names of the sinks that get the final message of a batch. After trouble, a sink with `OnTrouble` also gets the first batch that ends
 * well, because a pager could not resolve its incident otherwise. If that message is not delivered, the next batch sends it again.
 */
export function finalSinks(sinks: readonly Sink[], { spec, status, alerts, earlier }: SettlingBatch): readonly string[] {
  const wants = (sink: Sink): boolean => {
    switch (sendPolicy(sink)) {
      case 'EveryBatch':
        return true;
      case 'OnTrouble':
        return isTroubled({ spec, status }) || isAlerted(alerts, sink.name) || leftInTrouble(earlier, sink.name);
      case 'PlanEnd':
        return isPlanEnd(status.outlook);
    }
  };
  return sinks.filter(wants).map((sink) => sink.name);
}

/**
 * Names of the sinks that still wait for the end of the rollout after the batch has settled, in case it ends without another batch: those
 * with `PlanEnd`, and those with `OnTrouble` that got an alert since, because no other batch could report that the trouble is over.
 */
export function awaitingEnd(sinks: readonly Sink[], { status }: UpgradeBatch): readonly string[] {
  if (isPlanEnd(status?.outlook)) return [];
  const notified = status?.notification?.sinks ?? [];
  const waits = (sink: Sink): boolean => {
    const policy = sendPolicy(sink);
    return policy === 'PlanEnd' || (policy === 'OnTrouble' && isAlerted(alertsAfter(status), sink.name));
  };
  return sinks.filter((sink) => !notified.includes(sink.name) && waits(sink)).map((sink) => sink.name);
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

/** The alerts that a batch raised after it had settled. */
function alertsAfter(status: UpgradeBatchStatus | undefined): readonly BatchAlert[] {
  const settled = toInstant(status?.settledTime) ?? Infinity;
  return (status?.notification?.alerts ?? []).filter(({ time }) => (toInstant(time) ?? 0) > settled);
}

/** Whether the last message of these batches to a sink was about trouble. */
function leftInTrouble(batches: readonly UpgradeBatch[], sink: string): boolean {
  return batches.map((batch) => lastMessage(batch, sink)).findLast((message) => message !== undefined) === 'Trouble';
}

/**
 * What the last message of a batch to a sink was about. A message about trouble counts even without a receipt, because it may have arrived;
 * a message that all is well counts only once it is delivered.
 */
function lastMessage({ spec, status = {} }: UpgradeBatch, sink: string): 'Trouble' | 'Good' | undefined {
  const { sinks = [], alerts = [] } = status.notification ?? {};
  if (isAlerted(alertsAfter(status), sink)) return 'Trouble';
  if (sinks.includes(sink) && isTroubled({ spec, status })) return 'Trouble';
  const delivered = finalReceipts(status.notification).some((each) => each.sink === sink && each.outcome === 'Delivered');
  if (delivered) return 'Good';
  return isAlerted(alerts, sink) ? 'Trouble' : undefined;
}
