import type { UpgradeBatch } from '../../../../src/api/generated/upgradebatch.ts';
import type { ReportFact } from '../../../../src/core/facts.ts';
import { aBatch, aReport, after, failed, nodeNames, processRecord, succeeded } from './a-batch.ts';
import { nextOutlook, outlook } from './an-outlook.ts';
import { badBatch, rolledBack } from './scenarios-of-rollback.ts';
import { abortedBatch, endInTrouble, endWell } from './scenarios-of-the-end.ts';
import { budgetExceeded, lateBatch, pdbBlocked, rebootLost } from './scenarios-of-trouble.ts';

/** A batch and its reports, with a golden text. docs/notifications.md shows some of them. */
export interface Scenario {
  readonly name: string;
  readonly title: string;
  readonly batch: UpgradeBatch;
  readonly reports: readonly ReportFact[];
  readonly cluster: string;
  readonly runbookUrl?: string;
}

const RUNBOOK = 'https://wiki.example/runbooks/kernel-upgrade';

/** Every scenario that has a golden text. */
export const SCENARIOS: readonly Scenario[] = [
  scenario('clean', 'A clean batch', cleanBatch()),
  scenario('mixed-software', 'Firmware on storage nodes only, kernel on all', ...mixedSoftware()),
  scenario('failed-within-budget', 'One node failed, within the budget', failedWithinBudget()),
  { ...scenario('paused', 'More failures than the budget allows', ...pausedBatch()), runbookUrl: RUNBOOK },
  scenario('skipped', 'Some nodes skipped', skippedBatch()),
  scenario('superseded', 'The plan moved on before the batch was through', supersededBatch()),
  scenario('single-node', 'A batch of one node that rebooted', singleNode()),
  scenario('done', 'The last batch', endWell()),
  scenario('done-with-failures', 'The last batch, with nodes that need hands', endInTrouble()),
  scenario('pdb-blocked', 'A disruption budget that held up some drains for long, and one for good', pdbBlocked()),
  scenario('reboot-lost', 'A canary that did not come back from its reboot', ...rebootLost()),
  scenario(
    'budget-exceeded',
    'Failures of one kind on different software, and most of the batch not attempted',
    ...budgetExceeded(),
  ),
  scenario('overdue', 'Nodes that took far longer than they should have, one of them for good', lateBatch()),
  scenario('thousand-failures', 'A thousand nodes failing with long messages', thousandFailures()),
  scenario('stalled-by-quarantine', 'A quarantined node uses up maxUnavailable', stalledByQuarantine()),
  scenario('aborted', 'Too many failures, and the plan says Abort', abortedBatch()),
  scenario('approval', 'A canary that waits for approval', waitsForApproval()),
  scenario('rollback-asked', 'Too many failures, and the plan asks whether to roll back', badBatch('Paused')),
  scenario('rolling-back', 'Too many failures, and the plan rolls back', badBatch('RollingBack')),
  scenario('rolled-back', 'The end of a rollback', rolledBack()),
  scenario('rolled-back-but-one', 'The end of a rollback that lost a node', rolledBack(['node-340'])),
  { ...scenario('sparse', 'Nothing known but the records', sparseBatch()), cluster: '' },
];

/** The scenario of this name. */
export function scenarioOf(name: string): Scenario {
  const found = SCENARIOS.find((each) => each.name === name);
  if (found === undefined) throw new Error(`There is no scenario ${name}.`);
  return found;
}

function scenario(name: string, title: string, batch: UpgradeBatch, reports: readonly ReportFact[] = []): Scenario {
  return { name, title, batch, reports, cluster: 'prod-eu-3' };
}

function cleanBatch(): UpgradeBatch {
  return aBatch(
    nodeNames(201, 300).map((name, i) =>
      succeeded(name, { fromVersion: i < 8 ? '6.12.28' : '6.12.30', seconds: name === 'node-217' ? 580 : 350 + ((i * 7) % 41) }),
    ),
    {
      status: {
        summary: { peakUnavailable: 18, drainWaits: [{ budget: 'shop/cart', seconds: 410, longestSeconds: 240, nodes: 3 }] },
        outlook: nextOutlook({ gates: 'Open' }),
      },
    },
  );
}

function mixedSoftware(): [UpgradeBatch, ReportFact[]] {
  const storage = new Set(nodeNames(201, 220));
  const processesOf = (node: string): string[] => (storage.has(node) ? ['firmware', 'kernel'] : ['kernel']);
  const records = nodeNames(201, 300).map((name) => succeeded(name, { processes: processesOf(name) }));
  const batch = aBatch(records, {
    processesOf,
    status: { outlook: nextOutlook() },
    spec: {
      processes: [
        { name: 'firmware', disruption: 'Drain', report: 'Socket', deadlineSeconds: 3600, template: {} },
        { name: 'kernel', disruption: 'Reboot', report: 'Socket', deadlineSeconds: 3600, template: {} },
      ],
    },
  });
  const reports = [
    ...[...storage].map((node) => aReport(batch, node, { process: 'firmware', fromVersion: '6', toVersion: '7' })),
    ...records.map(({ name }) => aReport(batch, name, { fromVersion: '6.12.30', toVersion: '6.12.31' })),
  ];
  return [batch, reports];
}

function failedWithinBudget(): UpgradeBatch {
  return aBatch(
    [
      ...nodeNames(201, 248).map((name) => succeeded(name)),
      failed('node-249', 'DrainTimeout', 'drain not done in 1 h: PDB shop/cart allows 0 disruptions', {
        quarantined: false,
        processes: [],
      }),
      succeeded('node-250', { seconds: 520 }),
    ],
    { status: { outlook: nextOutlook({ planSucceeded: 170, planFailed: 1 }) } },
  );
}

function pausedBatch(): [UpgradeBatch, ReportFact[]] {
  const records = [
    ...nodeNames(201, 290).map((name) => succeeded(name)),
    ...nodeNames(301, 307).map((name) => failed(name, 'JobFailed', 'image pull: 503 from registry.example')),
    failed('node-322', 'DrainTimeout', 'drain not done in 1 h: PDB shop/cart allows 0 disruptions', {
      quarantined: false,
      processes: [],
    }),
    failed('node-340', 'NoReturnFromReboot', 'not Ready 15 min after its reboot'),
    { name: 'node-341', state: 'NotAttempted', reason: 'BudgetExceeded' } as const,
  ];
  const batch = aBatch(records, {
    name: 'kernel-7f3c-5',
    spec: { index: 5 },
    status: {
      outlook: outlook({
        next: 'Paused',
        reason: 'BudgetExceeded',
        message: '9 nodes failed, the budget is 8; nothing starts until you act',
        planSucceeded: 311,
        planFailed: 9,
      }),
    },
  });
  return [batch, [aReport(batch, 'node-340', { reason: 'UpgradeRebooting', task: 'reboot' })]];
}

function skippedBatch(): UpgradeBatch {
  return aBatch([
    ...nodeNames(201, 214).map((name) => succeeded(name)),
    ...nodeNames(215, 217).map(
      (name) => ({ name, state: 'Skipped', reason: 'NotReady', message: 'NotReady when its turn came' }) as const,
    ),
    ...nodeNames(218, 220).map((name) => ({ name, state: 'Skipped', reason: 'AlreadyDone' }) as const),
  ]);
}

function supersededBatch(): UpgradeBatch {
  return aBatch(
    [
      ...nodeNames(201, 204).map((name) => succeeded(name)),
      ...nodeNames(205, 220).map((name) => ({ name, state: 'NotAttempted', reason: 'Superseded' }) as const),
    ],
    {
      status: {
        outlook: outlook({ message: 'batch 5, 20 nodes, to 6.12.32 (revision 91aac0de)', planSucceeded: 0, lastBatchIndex: 3 }),
      },
    },
  );
}

function singleNode(): UpgradeBatch {
  return aBatch([succeeded('node-3', { seconds: 412 })], {
    name: 'kernel-7f3c-1',
    spec: { index: 1, step: 0, maxFailed: 0 },
    status: {
      startTime: after(0),
      settledTime: after(412),
      summary: { peakUnavailable: 1 },
      outlook: nextOutlook({
        message: 'batch 2, 20 nodes',
        nextBatchIndex: 2,
        nextBatchNodes: 20,
        planSucceeded: 1,
        expectedSeconds: 480,
      }),
    },
  });
}

function thousandFailures(): UpgradeBatch {
  const message = (i: number): string => `écriture refusée sur /dev/sda${i} : 設定ファイルが見つかりません ${'…'.repeat(12)}`;
  return aBatch(
    nodeNames(1, 1000).map((name, i) => failed(`${name}.rack-${i % 40}.example.internal`, 'JobFailed', message(i))),
    {
      status: {
        outlook: outlook({
          next: 'Paused',
          reason: 'BudgetExceeded',
          message: '1000 nodes failed, the budget is 8; nothing starts until you act',
          planNodes: 4000,
          planSucceeded: 0,
          planFailed: 1000,
        }),
      },
    },
  );
}

function stalledByQuarantine(): UpgradeBatch {
  return aBatch([succeeded('node-4'), failed('node-5', 'JobFailed', 'exit code 3: grub-install: cannot find EFI directory')], {
    name: 'kernel-7f3c-2',
    spec: { index: 2 },
    status: {
      summary: { peakUnavailable: 1 },
      outlook: outlook({
        next: 'Waiting',
        message: 'batch 3 cannot start: node-5 is quarantined, and maxUnavailable is 1',
        planSucceeded: 2,
        planFailed: 1,
        maxUnavailable: 1,
      }),
    },
  });
}

function waitsForApproval(): UpgradeBatch {
  return aBatch([succeeded('node-217')], {
    name: 'kernel-7f3c-1',
    spec: { index: 1, stepName: 'canary' },
    status: {
      settledTime: after(412),
      summary: { peakUnavailable: 1 },
      outlook: outlook({
        next: 'Paused',
        reason: 'ApprovalRequired',
        message: 'batch 2, 20 nodes, once it is approved',
        nextBatchIndex: 2,
        nextBatchNodes: 20,
        windowEndTime: '2026-11-22T03:00:00Z',
        expectedSeconds: 480,
        planSucceeded: 1,
        planFailed: 0,
      }),
    },
  });
}

function sparseBatch(): UpgradeBatch {
  const batch = aBatch([{ name: 'node-1', state: 'Succeeded', processes: [processRecord('kernel')] }]);
  return { ...batch, status: { nodes: batch.status?.nodes ?? [] } };
}
