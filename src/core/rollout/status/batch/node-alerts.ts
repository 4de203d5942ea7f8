import type { NodeRecord } from '../../../../api/generated/upgradebatch.ts';
import type { NotifyPolicy } from '../../../../api/generated/upgradeplan.ts';
import { type AlertKind, type Trouble, failureOf, delayOf } from './alert-causes.ts';
import type { AlertsInput } from './alerts-input.ts';

/** Whether the plan wants alerts of this kind. By default it wants all of them. */
export function isEnabled(notify: NotifyPolicy | undefined, alert: AlertKind): boolean {
  return notify?.alerts === undefined || notify.alerts.includes(alert);
}

/** What has happened to nodes and has not raised an alert yet. */
export function newNodeTroubles(notify: NotifyPolicy | undefined, nodes: readonly NodeRecord[]): readonly Trouble[] {
  return nodes.flatMap((record): Trouble[] => {
    const { state, overdue, raisedAlerts = [] } = record;
    if (state === 'Failed')
      return isEnabled(notify, 'NodeFailed') && !raisedAlerts.includes('NodeFailed') ? [failureOf(record)] : [];
    const isNew = overdue === true && isEnabled(notify, 'NodeOverdue') && !raisedAlerts.includes('NodeOverdue');
    return isNew ? [delayOf(record)] : [];
  });
}

/** Records with the alerts that were raised for them and still apply: a node that is overdue again gets another alert. */
export function withRaisedAlerts({ batch, nodes }: AlertsInput): readonly NodeRecord[] {
  const before = new Map((batch.status?.nodes ?? []).map((record) => [record.name, record.raisedAlerts]));
  return nodes.map((record) => {
    const { raisedAlerts: _before, ...rest } = record;
    const raisedAlerts = (before.get(record.name) ?? []).filter((kind) =>
      kind === 'NodeFailed' ? record.state === 'Failed' : record.overdue === true,
    );
    return raisedAlerts.length === 0 ? rest : { ...rest, raisedAlerts };
  });
}

/** Records with the alerts that this pass raises. */
export function markRaised(nodes: readonly NodeRecord[], raised: readonly Trouble[]): readonly NodeRecord[] {
  const kinds = new Map(raised.map(({ node, alert }) => [node, alert]));
  return nodes.map((record) => {
    const kind = kinds.get(record.name);
    return kind === 'NodeFailed' || kind === 'NodeOverdue'
      ? { ...record, raisedAlerts: [...(record.raisedAlerts ?? []), kind] }
      : record;
  });
}
