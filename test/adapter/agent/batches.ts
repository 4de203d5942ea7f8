import type { BatchAlert, UpgradeBatch } from '../../../src/api/generated/upgradebatch.ts';
import type { NotifyPolicy, Sink, UpgradePlan } from '../../../src/api/generated/upgradeplan.ts';
import { hasReceipt } from '../../../src/core/baton/lease.ts';
import { aBatch, succeeded } from '../../unit/core/notification/a-batch.ts';

function aSink(name: string): Sink {
  if (name !== 'mail') return { name, webhook: { url: `https://${name}.example/` } };
  return { name, email: { from: 'baton@mail.example', to: ['ops@mail.example'], smtpSecretRef: { name: 'smtp' } } };
}

/** A plan with these sinks: webhooks, but for `mail`. */
export function aPlan(sinks: readonly string[], notify: Partial<NotifyPolicy> = {}): UpgradePlan {
  return { spec: { notify: { sinks: sinks.map(aSink), ...notify } } } as unknown as UpgradePlan;
}

/** A plan with one sink, which may take as long for a try as can be allowed. */
export function aPatientPlan(sink: string): UpgradePlan {
  return aPlan([], { sinks: [{ ...aSink(sink), connection: { timeoutSeconds: 60 } }] });
}

/** A batch that runs still. */
export function openBatch(index: number): UpgradeBatch {
  const batch = aBatch([succeeded(`node-${index}`)], { name: `kernel-7f3c-${index}`, spec: { index } });
  const { conditions: _settled, notification: _outbox, ...status } = batch.status ?? {};
  return { ...batch, status };
}

/** The same batch settled, with its notification for these sinks in the outbox. */
export function settle(batch: UpgradeBatch, sinks: readonly string[]): UpgradeBatch {
  const settled = {
    type: 'Settled',
    status: 'True',
    reason: 'AllTerminal',
    message: '',
    lastTransitionTime: '2026-11-22T10:00:00Z',
  } as const;
  return {
    ...batch,
    status: {
      ...batch.status,
      conditions: [settled],
      notification: { ...batch.status?.notification, id: `${batch.metadata.uid}/1`, sinks },
    },
  };
}

/** The batch with one more alert, for these sinks. */
export function withAlert(batch: UpgradeBatch, sinks: readonly string[]): UpgradeBatch {
  const { uid } = batch.metadata;
  const notification = batch.status?.notification ?? { id: `${uid}/1` };
  const alert: BatchAlert = {
    id: `${uid}/${(notification.alerts ?? []).length + 2}`,
    time: '2026-11-22T10:00:15Z',
    action: 'Act',
    causes: [{ alert: 'NodeFailed', reason: 'JobFailed', count: 1, nodes: 'node-1' }],
    next: 'one message tells how the batch ended',
    sinks,
  };
  return {
    ...batch,
    status: { ...batch.status, notification: { ...notification, alerts: [...(notification.alerts ?? []), alert] } },
  };
}

/** Takes alerts that nobody has got back: the final message tells of the same. */
export function supersedeAlerts(batch: UpgradeBatch): UpgradeBatch {
  const { notification } = batch.status ?? {};
  if (notification?.alerts === undefined) return batch;
  const { receipts = [] } = notification;
  const alerts = notification.alerts.map(({ sinks = [], ...alert }) => ({
    ...alert,
    sinks: sinks.filter((sink) => hasReceipt(receipts, { id: alert.id, sink })),
  }));
  return { ...batch, status: { ...batch.status, notification: { ...notification, alerts } } };
}
