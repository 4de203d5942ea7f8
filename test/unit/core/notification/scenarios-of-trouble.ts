import type { NodeRecord, UpgradeBatch } from '../../../../src/api/generated/upgradebatch.ts';
import type { ReportFact } from '../../../../src/core/facts.ts';
import { aBatch, aReport, after, failed, nodeNames, processRecord, succeeded } from './a-batch.ts';
import { nextOutlook, outlook } from './an-outlook.ts';

export function pdbBlocked(): UpgradeBatch {
  const message = 'not drained within 3600 s: PodDisruptionBudget cart holds Pod shop/cart-0 (and 2 more)';
  return aBatch(
    [
      ...nodeNames(201, 238).map((name) => succeeded(name)),
      ...nodeNames(239, 240).map((name) => succeeded(name, { seconds: 2210 })),
      ...nodeNames(249, 250).map((name) => failed(name, 'DrainTimeout', message, { quarantined: false, processes: [] })),
    ],
    {
      status: {
        settledTime: after(3900),
        summary: {
          peakUnavailable: 18,
          drainWaits: [
            { budget: 'shop/cart', seconds: 10_860, longestSeconds: 3600, nodes: 5 },
            { pod: 'batch/report-x2k1', seconds: 95, longestSeconds: 95, nodes: 1 },
          ],
        },
        outlook: outlook({
          next: 'Waiting',
          reason: 'WindowClosed',
          message: "every window is closed; 'nights' opens 2026-11-23 22:00 Europe/Paris",
          nextBatchIndex: 5,
          nextBatchNodes: 100,
          nextBatchTime: '2026-11-23T21:00:00Z',
          windowEndTime: '2026-11-24T03:00:00Z',
          nextNotificationTime: '2026-11-23T22:07:00Z',
          planSucceeded: 159,
          planFailed: 2,
        }),
      },
    },
  );
}

export function rebootLost(): [UpgradeBatch, ReportFact[]] {
  const batch = aBatch([failed('node-217', 'NoReturnFromReboot', 'not Ready 900 s after it had reported its reboot')], {
    name: 'kernel-7f3c-1',
    spec: { index: 1, step: 0, stepName: 'canary', maxFailed: 0 },
    status: {
      settledTime: after(1320),
      summary: { peakUnavailable: 1 },
      outlook: outlook({
        next: 'Paused',
        reason: 'BudgetExceeded',
        message: '1 failed in kernel-7f3c-1, which may have 0; nothing starts until you act',
        nextBatchIndex: 2,
        nextBatchNodes: 20,
        expectedSeconds: 480,
        planSucceeded: 0,
        planFailed: 1,
      }),
    },
  });
  return [batch, [aReport(batch, 'node-217', { reason: 'UpgradeRebooting', task: 'reboot' })]];
}

export function budgetExceeded(): [UpgradeBatch, ReportFact[]] {
  const storage = new Set(nodeNames(301, 320));
  const processesOf = (node: string): string[] => (storage.has(node) ? ['firmware', 'kernel'] : ['kernel']);
  const pull = (name: string, i: number): NodeRecord =>
    failed(name, 'JobFailed', `ImagePullBackOff: registry.example/kernel/up:6.12.31-${i}: 503 Service Unavailable`);
  const flash = (name: string, i: number): NodeRecord => ({
    ...failed(name, 'JobFailed', `exit code ${i + 2}: flash of bank ${i} failed at 0x${(i + 9).toString(16)}f3c0`),
    processes: [processRecord('firmware', { state: 'Failed' })],
  });
  const records = [
    ...nodeNames(301, 318).map((name) => succeeded(name, { processes: processesOf(name) })),
    ...nodeNames(319, 320).map(flash),
    ...nodeNames(321, 327).map(pull),
    ...nodeNames(328, 400).map(
      (name) => ({ name, state: 'NotAttempted', reason: 'BudgetExceeded', message: '9 failed, budget 8' }) as const,
    ),
  ];
  const batch = aBatch(records, {
    name: 'kernel-7f3c-5',
    spec: {
      index: 5,
      processes: [
        { name: 'firmware', disruption: 'Drain', report: 'Socket', deadlineSeconds: 3600, template: {} },
        { name: 'kernel', disruption: 'Reboot', report: 'Socket', deadlineSeconds: 3600, template: {} },
      ],
    },
    processesOf,
    status: {
      settledTime: after(1500),
      outlook: outlook({
        next: 'Paused',
        reason: 'BudgetExceeded',
        message: '9 failed, budget 8; nothing starts until you act',
        nextBatchIndex: 6,
        nextBatchNodes: 100,
        planSucceeded: 239,
        planFailed: 9,
      }),
    },
  });
  const reports = nodeNames(301, 318).map((node) =>
    aReport(batch, node, { process: 'firmware', fromVersion: '6', toVersion: '7' }),
  );
  return [batch, reports];
}

export function lateBatch(): UpgradeBatch {
  const slow = (name: string, seconds: number): NodeRecord => ({
    ...succeeded(name, { seconds: seconds + 70 }),
    processes: [processRecord('kernel', { endTime: after(30 + seconds) })],
  });
  return aBatch(
    [
      ...nodeNames(201, 245).map((name) => succeeded(name)),
      slow('node-246', 1310),
      slow('node-247', 1860),
      slow('node-248', 940),
      succeeded('node-249'),
      failed('node-250', 'Overdue', 'no word for 600 s during write-image; stopped'),
    ],
    { status: { settledTime: after(2100), outlook: nextOutlook({ planSucceeded: 170, planFailed: 1 }) } },
  );
}
