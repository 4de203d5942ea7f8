import type {
  BatchAlert,
  BatchNotification,
  BatchOutlook,
  NodeRecord,
  UpgradeBatch,
} from '../../../../api/generated/upgradebatch.ts';
import type { NotifyPolicy } from '../../../../api/generated/upgradeplan.ts';
import { hasReceipt } from '../../../baton/lease.ts';
import type { Instant } from '../../../facts.ts';
import { sendPolicy } from '../../../sinks/sink-kinds.ts';
import { presentFields } from '../../../present-fields.ts';
import { toInstant, toRfc3339 } from '../../../text.ts';
import type { Trouble } from './alert-causes.ts';
import type { RolloutTrouble, AlertsInput } from './alerts-input.ts';
import { isEnabled, newNodeTroubles, withRaisedAlerts, markRaised } from './node-alerts.ts';
import { raiseAlert } from './raise-alert.ts';
import { pauseAlert } from './rollout-troubles.ts';

/** Alerts collect what happens within this time after the first trouble (ms). */
const COLLECT_MS = 15_000;
/** Minimum time between two alerts of a batch (ms). */
const MIN_INTERVAL_MS = 300_000;
/** Maximum number of alerts that a batch keeps. The final notification covers everything anyway. */
const MAX_ALERTS = 8;

/** What the batch stores about alerts. */
export interface AlertsResult extends Pick<BatchNotification, 'alerts' | 'activeAlerts' | 'pendingAlertTime'> {
  /** The records with the alerts that were raised for them. */
  readonly nodes: readonly NodeRecord[];
}

/**
 * Decides which alerts a batch raises. It depends only on stored data: the alerts raised for each node, the alerts about the rollout that are
 * active, when the first pending trouble was seen, and when the last alert was raised. So a kill neither loses nor repeats an alert.
 *
 * Once the batch settles, its final notification replaces alerts: pending trouble raises none, and sinks that have not received an alert get
 * the final notification instead.
 */
export function decideAlerts(input: AlertsInput): AlertsResult {
  const { batch, outlook, now } = input;
  const before = batch.status?.notification ?? { id: '' };
  const nodes = withRaisedAlerts(input);
  const settledBefore = batch.status?.settledTime !== undefined;
  if (outlook !== undefined && !settledBefore)
    return resultOf(nodes, { alerts: supersede(before), activeAlerts: coveredByFinal(outlook) });
  const sinks = alertedSinks(input.notify);
  if (input.rollout === undefined || sinks.length === 0 || !input.sinksKnown)
    return resultOf(nodes, { ...before, pendingAlertTime: undefined });

  const enabled = input.rollout.filter(({ alert }) => isEnabled(input.notify, alert));
  const activeAlerts = (before.activeAlerts ?? []).filter((alert) => enabled.some((trouble) => trouble.alert === alert));
  const troubles = [
    ...enabled.filter(({ alert }) => !activeAlerts.includes(alert)),
    ...(outlook === undefined ? newNodeTroubles(input.notify, nodes) : []),
  ];
  if (troubles.length === 0) return resultOf(nodes, { alerts: before.alerts, activeAlerts });
  const waiting = { alerts: before.alerts, activeAlerts, pendingAlertTime: before.pendingAlertTime ?? toRfc3339(now) };
  if (now < (alertDueAt(waiting) ?? now)) return resultOf(nodes, waiting);
  const alerts = [...(before.alerts ?? []), raiseAlert(input, troubles, sinks)].slice(-MAX_ALERTS);
  return resultOf(markRaised(nodes, troubles), { alerts, activeAlerts: [...activeAlerts, ...kindsOf(troubles)] });
}

/** When the next alert of a batch is due; undefined if nothing is pending. */
export function alertDueAt({ alerts = [], pendingAlertTime }: Entries): Instant | undefined {
  const since = toInstant(pendingAlertTime);
  if (since === undefined) return undefined;
  return Math.max(since + COLLECT_MS, (toInstant(alerts.at(-1)?.time) ?? -MIN_INTERVAL_MS) + MIN_INTERVAL_MS);
}

/** Whether the alerts of the batch may change although its records do not. */
export function alertsMayChange({ status }: UpgradeBatch, rollout: readonly RolloutTrouble[] | undefined): boolean {
  const { activeAlerts = [], pendingAlertTime } = status?.notification ?? {};
  const hasNew = (rollout ?? []).some(({ alert }) => !activeAlerts.includes(alert));
  const hasEnded = rollout !== undefined && activeAlerts.some((kind) => rollout.every(({ alert }) => alert !== kind));
  return hasNew || hasEnded || pendingAlertTime !== undefined;
}

interface Entries {
  readonly alerts?: readonly BatchAlert[] | undefined;
  readonly activeAlerts?: readonly NonNullable<BatchNotification['activeAlerts']>[number][] | undefined;
  readonly pendingAlertTime?: string | undefined;
}

function resultOf(nodes: readonly NodeRecord[], { alerts = [], activeAlerts = [], pendingAlertTime }: Entries): AlertsResult {
  const entries = presentFields({
    alerts: alerts.length === 0 ? undefined : alerts,
    activeAlerts: activeAlerts.length === 0 ? undefined : activeAlerts,
    pendingAlertTime,
  });
  return { nodes, ...entries };
}

/** Names of the sinks that get alerts: all but those that only get the end of the rollout. */
function alertedSinks(notify: NotifyPolicy | undefined): readonly string[] {
  return (notify?.sinks ?? []).filter((sink) => sendPolicy(sink) !== 'PlanEnd').map((sink) => sink.name);
}

function kindsOf(troubles: readonly Trouble[]): readonly NonNullable<BatchNotification['activeAlerts']>[number][] {
  return troubles.flatMap(({ alert }) => (alert === 'NodeFailed' || alert === 'NodeOverdue' ? [] : [alert]));
}

/** The alerts about the rollout that the final notification makes unnecessary. */
function coveredByFinal({ next, reason }: BatchOutlook): NonNullable<BatchNotification['activeAlerts']> {
  if (next !== 'Paused') return [];
  return [pauseAlert(reason)];
}

/** The alerts without the sinks that have not received them: these get the final notification instead. */
function supersede({ alerts = [], receipts = [] }: BatchNotification): readonly BatchAlert[] {
  return alerts.map(({ sinks = [], ...alert }) => ({
    ...alert,
    sinks: sinks.filter((sink) => hasReceipt(receipts, { id: alert.id, sink })),
  }));
}
