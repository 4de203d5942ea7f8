import { expect } from '@jest/globals';
import type { BatchProcess, BatchVerify, ProcessRecord } from '../../../../../src/api/generated/upgradebatch.ts';
import type { JobFact, NodeFact, PodFact, ReportFact } from '../../../../../src/core/facts.ts';
import { advanceJob } from '../../../../../src/core/rollout/turn/advance-job.ts';
import type { ProcessResult } from '../../../../../src/core/rollout/turn/process-result.ts';
import { aJob, anUpgradePod, aReport, inTurn } from './facts.ts';
import { at, aVerify, timeAt } from './objects.ts';

/** A second after the deadline of the process, which is 600 s after the creation of its Job, at START. */
export const LATE = 601;

/** What there is to see of a process: an Active Job at 100 s, unless something else is said. A Job that is null is gone. */
export interface Case {
  readonly disruption?: BatchProcess['disruption'];
  readonly verify?: Partial<BatchVerify>;
  readonly before?: Partial<ProcessRecord>;
  readonly job?: Partial<JobFact> | null;
  readonly pod?: Partial<PodFact>;
  readonly node?: Partial<NodeFact>;
  readonly reports?: readonly (readonly [ReportFact['reason'], Partial<ReportFact>?])[];
  readonly now?: number;
}

/** How far it is expected to be, and what its record says. */
export type Expected = { readonly kind: ProcessResult['kind'] } & Partial<ProcessRecord>;

/** A row of a table: title, case, expected result. */
export type Row = readonly [string, Case, Expected];

/** Advances a process. */
export function advance({
  disruption = 'Drain',
  verify,
  before,
  job = {},
  pod,
  node,
  reports = [],
  now = 100,
}: Case): ProcessResult {
  return advanceJob({
    process: {
      name: 'os',
      disruption,
      report: 'None',
      deadlineSeconds: 600,
      template: {},
      ...(verify === undefined ? {} : { verify: aVerify(verify) }),
    },
    before: before === undefined ? undefined : { name: 'os', state: 'Running', startTime: timeAt(0), ...before },
    job: job === null ? undefined : aJob('node-1', job),
    pod: pod === undefined ? undefined : anUpgradePod('node-1', pod),
    node: inTurn('node-1', 'os-aaaa-1', node),
    reports: reports.map(([reason, changes]) => aReport('node-1', reason, changes)),
    now: at(now),
  });
}

/** Advances a process and checks the result. */
export function expectResult(input: Case, { kind, ...record }: Expected): void {
  const result = advance(input);
  expect(result.kind).toBe(kind);
  if (result.kind !== 'NotStarted') expect(result.record).toMatchObject(record);
}

export const COMPLETE = { outcome: 'Complete', completedTime: at(50) } as const;
export const FAILED = {
  outcome: 'Failed',
  reason: 'BackoffLimitExceeded',
  message: 'backoff limit',
  failedTime: at(50),
} as const;
export const TIMED_OUT = { outcome: 'Failed', reason: 'DeadlineExceeded', message: 'too long', failedTime: at(600) } as const;
export const FAILING = { outcome: 'Failing', reason: 'DeadlineExceeded', message: 'too long', failedTime: at(600) } as const;
/** The Pod of a process that failed by itself, with its own exit code. */
export const OWN_END = { terminated: { exitCode: 1, reason: 'Error', message: '' } } as const;
export const KILLED = { terminated: { exitCode: 143, reason: 'Error', message: '' } } as const;
export const REBOOTED = { bootId: 'boot-2' } as const;
export const AWAY = { ready: false } as const;
/** A process that has announced its reboot. */
export const ANNOUNCED: Case = { disruption: 'Reboot', reports: [['UpgradeRebooting']] };
/** A process that reboots its host without a report. */
export const SILENT: Case = { disruption: 'Reboot' };
