import { describe, expect, it } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import type { AlertCause, BatchAlert, UpgradeBatch } from '../../../../../src/api/generated/upgradebatch.ts';
import { consolidateAlert } from '../../../../../src/core/notification/consolidation/consolidate-alert.ts';
import type { DetailRequest } from '../../../../../src/core/notification/model/node-detail.ts';
import type { Notification } from '../../../../../src/core/notification/model/notification.ts';
import { aBatch, failed, nodeNames, succeeded } from '../a-batch.ts';
import { golden } from '../golden.ts';
import { schemaErrors } from '../schema.ts';

const IMAGE: AlertCause = {
  alert: 'NodeFailed',
  reason: 'JobFailed',
  process: 'kernel',
  message: 'image pull: 503 from registry.example on <node>',
  count: 3,
  nodes: 'node-[301-303]',
  quarantined: true,
};
const LATE: AlertCause = {
  alert: 'NodeOverdue',
  reason: 'RebootTooLong',
  process: 'kernel',
  message: 'not back 12 min after its reboot',
  count: 1,
  nodes: 'node-340',
};
const PAUSED: AlertCause = {
  alert: 'RolloutPaused',
  reason: 'BudgetExceeded',
  message: '3 failed, budget 2; 4 nodes still running',
  count: 0,
};
const ASKED: AlertCause = {
  alert: 'ApprovalRequired',
  reason: 'ApprovalRequired',
  message: 'kernel-7f3c-5 waits for approval',
  count: 0,
};

function runningBatch(): UpgradeBatch {
  const nodes = [
    ...nodeNames(301, 303).map((name) => failed(name, 'JobFailed', `image pull: 503 from registry.example on ${name}`)),
    ...nodeNames(304, 339).map((name) => succeeded(name)),
    { name: 'node-340', state: 'Upgrading', overdue: true } as const,
  ];
  const batch = aBatch(nodes, { name: 'kernel-7f3c-5', spec: { index: 5 } });
  const { conditions: _settled, outlook: _outlook, settledTime: _time, ...status } = batch.status ?? {};
  return { ...batch, status };
}

function alertOf(causes: readonly AlertCause[], changes: Partial<BatchAlert> = {}): BatchAlert {
  return {
    id: 'uid-of-kernel-7f3c-5/2',
    time: '2026-11-22T01:31:15Z',
    action: 'Act',
    causes,
    next: '36 of 40 nodes of the batch done, 3 failed (5 of the plan, budget 8), 1 in their turn; one message tells how the batch ended',
    sinks: ['ops'],
    ...changes,
  };
}

function notificationOf(alert: BatchAlert, detail: DetailRequest = {}): Notification {
  const agent = { node: 'node-317', pod: 'kernel-agent-5c1f-3' };
  const style = { detail, timeZone: 'Europe/Paris', runbookUrl: 'https://wiki.example/runbooks/kernel-upgrade' };
  return consolidateAlert({ batch: runningBatch(), reports: [], cluster: 'prod-eu-3', agent, ...style }, alert);
}

const many = Array.from({ length: 8 }, (_, i): AlertCause => ({
  ...IMAGE,
  message: `${'🧨 ungültig '.repeat(60)}${i}`,
  nodes: 'node-1'.repeat(80),
}));
const SCENARIOS = [
  { name: 'node-failed', alert: alertOf([IMAGE]) },
  { name: 'node-overdue', alert: alertOf([LATE], { action: 'None' }) },
  { name: 'paused-and-failed', alert: alertOf([PAUSED, IMAGE, LATE]) },
  {
    name: 'approval-required',
    alert: alertOf([ASKED], { next: 'nothing of this batch runs any more; the next batch has not begun' }),
  },
  { name: 'too-much', alert: alertOf(many) },
] as const;

describe('An alert', () => {
  it.each(SCENARIOS)('reads as its golden file: $name', ({ name, alert }) => {
    const file = fileURLToPath(new URL(`../golden/alert-${name}.txt`, import.meta.url));

    const { text } = notificationOf(alert);

    expect(`${text}\n`).toBe(golden(file, `${text}\n`));
  });

  it.each(SCENARIOS)('has at most 8 lines, and is as its schema says: $name', ({ alert }) => {
    const notification = notificationOf(alert);

    expect(notification.text.split('\n').length).toBeLessThanOrEqual(8);
    expect(notification.text.length).toBeLessThanOrEqual(4000);
    expect(schemaErrors(notification)).toEqual([]);
  });

  it('has its own id, and lists only what it is about', () => {
    expect(notificationOf(alertOf([IMAGE]))).toMatchObject({
      id: 'uid-of-kernel-7f3c-5/2',
      kind: 'Alert',
      action: 'Act',
      counts: { nodes: 40, succeeded: 36, failed: 3, unfinished: 1 },
      nodes: [],
      causes: [],
      alert: { reasons: ['NodeFailed'], causes: [IMAGE] },
    });
  });

  it('names no node if the sink must not get names', () => {
    const notification = notificationOf(alertOf([{ ...IMAGE, message: 'no disk on node-301' }]), { sink: 'None' });

    expect(JSON.stringify(notification)).not.toMatch(/node-3\d\d/);
    expect(notification.alert?.causes).toMatchObject([{ count: 3, message: 'no disk on <node>' }]);
  });

  it.each([
    { causes: [PAUSED], purposes: ['Resume', 'Abort', 'Describe', 'Status'] },
    { causes: [{ ...PAUSED, reason: 'PausedBySpec' }], purposes: ['Describe', 'Status'] },
    { causes: [ASKED], purposes: ['Approve', 'Abort', 'Describe', 'Status'] },
    { causes: [IMAGE], purposes: ['Release', 'Describe', 'Status'] },
    { causes: [LATE], purposes: ['Describe', 'Status'] },
  ])('has the commands for $causes.0.alert ($causes.0.reason): $purposes', ({ causes, purposes }) => {
    expect(notificationOf(alertOf(causes)).commands.map(({ purpose }) => purpose)).toEqual(purposes);
  });
});
