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
import { counted, cutToBytes, toInstant, toRfc3339 } from '../../../text.ts';
import { holdTraits } from '../../model/hold-reasons.ts';
import { isTerminal } from '../../records/node-record.ts';
import { alertCauses, delayOf, failureOf, type AlertKind, type Trouble } from './alert-causes.ts';
import type { Budget } from '../../fleet/budget.ts';
import { isGoalState } from '../../records/batch-goal.ts';

/** What happens within so long of the first trouble is one alert (ms). */
const GATHER_MS = 15_000;
/** Further alerts of a batch follow at most so often (ms). */
const PAUSE_MS = 300_000;
/** So many alerts of a batch are kept; the final message tells all of it anyway. */
const MOST_ALERTS = 8;
const NEXT_BYTES = 512;

/** What the rollout as a whole has to tell now. */
export type RolloutTrouble = Trouble & { readonly alert: Exclude<AlertKind, 'NodeFailed' | 'NodeOverdue'> };

/** What alerts are decided by. */
export interface AlertsInput {
  readonly notify: NotifyPolicy | undefined;
  /** Whether the sinks of `notify` are all of them: an alert waits until they are. */
  readonly sinksKnown: boolean;
  readonly batch: UpgradeBatch;
  /** The batch's records of this pass. */
  readonly nodes: readonly NodeRecord[];
  /** Present once the batch has settled. */
  readonly outlook: BatchOutlook | undefined;
  /** What the rollout has to tell; undefined when this is not the batch that tells it. */
  readonly rollout: readonly RolloutTrouble[] | undefined;
  /** What has failed of the plan, and how much may. */
  readonly budget: Pick<Budget, 'failed' | 'maxFailed'>;
  readonly now: Instant;
}

/** What follows for the alerts of a batch. */
export interface AlertsResult extends Pick<BatchNotification, 'alerts' | 'activeAlerts' | 'pendingAlertTime'> {
  /** The records with the alerts that were raised for them. */
  readonly nodes: readonly NodeRecord[];
}

/**
 * Decides which alerts a batch raises. All that it goes by is on record: what was told of which node, what was told of the rollout and
 * still holds, when untold trouble was first seen, and when the last alert was raised. So a kill loses nothing and repeats nothing.
 *
 * What the final message tells is not alerted as well: when the batch settles, trouble that is still untold is left to it, and sinks that
 * have not got an alert yet get the final message instead.
 */
export function decideAlerts(input: AlertsInput): AlertsResult {
  const { batch, outlook, now } = input;
  const before = batch.status?.notification ?? { id: '' };
  const nodes = withRaisedAlerts(input);
  const settledBefore = batch.status?.settledTime !== undefined;
  if (outlook !== undefined && !settledBefore)
    return step(nodes, { alerts: supersede(before), activeAlerts: toldAtEnd(outlook) });
  const sinks = alertedSinks(input.notify);
  if (input.rollout === undefined || sinks.length === 0 || !input.sinksKnown)
    return step(nodes, { ...before, pendingAlertTime: undefined });

  const asked = input.rollout.filter(({ alert }) => isAsked(input.notify, alert));
  const activeAlerts = (before.activeAlerts ?? []).filter((alert) => asked.some((trouble) => trouble.alert === alert));
  const untold = [
    ...asked.filter(({ alert }) => !activeAlerts.includes(alert)),
    ...(outlook === undefined ? untoldNodes(input.notify, nodes) : []),
  ];
  if (untold.length === 0) return step(nodes, { alerts: before.alerts, activeAlerts });
  const waiting = { alerts: before.alerts, activeAlerts, pendingAlertTime: before.pendingAlertTime ?? toRfc3339(now) };
  if (now < (alertDueAt(waiting) ?? now)) return step(nodes, waiting);
  const alerts = [...(before.alerts ?? []), raise(input, untold, sinks)].slice(-MOST_ALERTS);
  return step(markRaised(nodes, untold), { alerts, activeAlerts: [...activeAlerts, ...kindsOf(untold)] });
}

/** When the next alert of a batch is to be raised; undefined while there is nothing to tell. */
export function alertDueAt({ alerts = [], pendingAlertTime }: Entries): Instant | undefined {
  const since = toInstant(pendingAlertTime);
  if (since === undefined) return undefined;
  return Math.max(since + GATHER_MS, (toInstant(alerts.at(-1)?.time) ?? -PAUSE_MS) + PAUSE_MS);
}

/** Whether alerts of the batch may change although its records do not. */
export function alertsMayChange({ status }: UpgradeBatch, rollout: readonly RolloutTrouble[] | undefined): boolean {
  const { activeAlerts = [], pendingAlertTime } = status?.notification ?? {};
  const told = (rollout ?? []).every(({ alert }) => activeAlerts.includes(alert));
  const gone = rollout !== undefined && activeAlerts.some((kind) => rollout.every(({ alert }) => alert !== kind));
  return !told || gone || pendingAlertTime !== undefined;
}

interface Entries {
  readonly alerts?: readonly BatchAlert[] | undefined;
  readonly activeAlerts?: readonly NonNullable<BatchNotification['activeAlerts']>[number][] | undefined;
  readonly pendingAlertTime?: string | undefined;
}

function step(nodes: readonly NodeRecord[], { alerts = [], activeAlerts = [], pendingAlertTime }: Entries): AlertsResult {
  const entries = presentFields({
    alerts: alerts.length === 0 ? undefined : alerts,
    activeAlerts: activeAlerts.length === 0 ? undefined : activeAlerts,
    pendingAlertTime,
  });
  return { nodes, ...entries };
}

/** Sinks that are told at once; those that ask for the end alone are not. */
function alertedSinks(notify: NotifyPolicy | undefined): readonly string[] {
  return (notify?.sinks ?? []).filter((sink) => sendPolicy(sink) !== 'PlanEnd').map((sink) => sink.name);
}

function isAsked(notify: NotifyPolicy | undefined, alert: AlertKind): boolean {
  return notify?.alerts === undefined || notify.alerts.includes(alert);
}

function untoldNodes(notify: NotifyPolicy | undefined, nodes: readonly NodeRecord[]): readonly Trouble[] {
  return nodes.flatMap((record): Trouble[] => {
    const { state, overdue, raisedAlerts = [] } = record;
    if (state === 'Failed')
      return isAsked(notify, 'NodeFailed') && !raisedAlerts.includes('NodeFailed') ? [failureOf(record)] : [];
    const late = overdue === true && isAsked(notify, 'NodeOverdue') && !raisedAlerts.includes('NodeOverdue');
    return late ? [delayOf(record)] : [];
  });
}

/** Records with the alerts that were raised for them and still apply: a node that is overdue again gets another alert. */
function withRaisedAlerts({ batch, nodes }: AlertsInput): readonly NodeRecord[] {
  const before = new Map((batch.status?.nodes ?? []).map((record) => [record.name, record.raisedAlerts]));
  return nodes.map((record) => {
    const { raisedAlerts: _before, ...rest } = record;
    const raisedAlerts = (before.get(record.name) ?? []).filter((kind) =>
      kind === 'NodeFailed' ? record.state === 'Failed' : record.overdue === true,
    );
    return raisedAlerts.length === 0 ? rest : { ...rest, raisedAlerts };
  });
}

function markRaised(nodes: readonly NodeRecord[], untold: readonly Trouble[]): readonly NodeRecord[] {
  const kinds = new Map(untold.map(({ node, alert }) => [node, alert]));
  return nodes.map((record) => {
    const kind = kinds.get(record.name);
    return kind === 'NodeFailed' || kind === 'NodeOverdue'
      ? { ...record, raisedAlerts: [...(record.raisedAlerts ?? []), kind] }
      : record;
  });
}

function kindsOf(untold: readonly Trouble[]): readonly NonNullable<BatchNotification['activeAlerts']>[number][] {
  return untold.flatMap(({ alert }) => (alert === 'NodeFailed' || alert === 'NodeOverdue' ? [] : [alert]));
}

/** What the final message has told of the rollout. */
function toldAtEnd({ next, reason }: BatchOutlook): NonNullable<BatchNotification['activeAlerts']> {
  if (next !== 'Paused') return [];
  return [reason === 'ApprovalRequired' ? 'ApprovalRequired' : 'RolloutPaused'];
}

function supersede({ alerts = [], receipts = [] }: BatchNotification): readonly BatchAlert[] {
  return alerts.map(({ sinks = [], ...alert }) => ({
    ...alert,
    sinks: sinks.filter((sink) => hasReceipt(receipts, { id: alert.id, sink })),
  }));
}

function raise(input: AlertsInput, untold: readonly Trouble[], sinks: readonly string[]): BatchAlert {
  const { batch, now } = input;
  const last = batch.status?.notification?.alerts?.at(-1)?.id.split('/').at(-1);
  return {
    id: `${batch.metadata.uid}/${Math.max(Number(last ?? 1), 1) + 1}`,
    time: toRfc3339(now),
    action: untold.some(needsAct) ? 'Act' : 'None',
    causes: alertCauses(untold),
    next: cutToBytes(nextSentence(input), NEXT_BYTES),
    sinks,
  };
}

/** A pause that a person has asked for is known to somebody; what is overdue ends by itself or fails. */
function needsAct({ alert, reason, quarantined }: Trouble): boolean {
  if (alert === 'NodeOverdue') return false;
  if (alert === 'NodeFailed') return quarantined === true;
  return !holdTraits(reason).requested;
}

function nextSentence({ nodes, outlook, budget }: AlertsInput): string {
  if (outlook !== undefined) return 'nothing of this batch runs any more; the next batch has not begun';
  const count = (state: NodeRecord['state']): number => nodes.filter((record) => record.state === state).length;
  const done = nodes.filter(({ state }) => isGoalState(state)).length;
  const failed = count('Failed');
  const inAll = failed === 0 ? '' : ` (${budget.failed} of the plan, budget ${budget.maxFailed})`;
  const running = nodes.filter((record) => !isTerminal(record) && record.state !== 'Pending').length;
  const waiting = count('Pending');
  const waits = waiting === 0 ? '' : `, ${waiting} to come`;
  return `${done} of ${counted(nodes.length, 'node')} of the batch done, ${failed} failed${inAll}, ${running} in their turn${waits}; one message tells how the batch ended`;
}
