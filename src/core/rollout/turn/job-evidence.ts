import type { BatchProcess, ProcessRecord } from '../../../api/generated/upgradebatch.ts';
import type { JobFact, PodFact, NodeFact, ReportFact, Instant } from '../../facts.ts';
import { provesWork } from '../fleet/verify.ts';

/** What the decision about a process on a node is based on. */
export interface ProcessInput {
  readonly process: BatchProcess;
  /** The record as persisted; undefined before the process has begun. */
  readonly before: ProcessRecord | undefined;
  readonly job: JobFact | undefined;
  readonly pod: PodFact | undefined;
  readonly node: NodeFact;
  /** Reports of this process, this node and this batch, oldest first. */
  readonly reports: readonly ReportFact[];
  readonly now: Instant;
}

/** What the facts and reports show about a process. */
export interface Evidence {
  readonly deadline: Instant;
  readonly rebooted: boolean;
  readonly announced: boolean;
  /** Whether `verify` can show that the work was done, so that a reboot or a deleted Job is not a failure yet. */
  readonly provable: boolean;
  readonly reportedSuccess: boolean;
  /** Whether the last report is UpgradeFailed. A reboot afterwards does not make it a success. */
  readonly reportedFailure: boolean;
}

/** Derives the evidence about a process that started at this time. */
export function evidenceOf(input: ProcessInput, started: Instant): Evidence {
  const { process, before, job, node, reports } = input;
  const bootId = before?.bootId ?? job?.bootId ?? '';
  return {
    deadline: started + process.deadlineSeconds * 1000,
    rebooted: bootId !== '' && node.bootId !== '' && node.bootId !== bootId,
    announced: before?.rebooting === true || reports.some((report) => report.reason === 'UpgradeRebooting'),
    provable: provesWork(process.verify),
    reportedSuccess: reports.at(-1)?.reason === 'UpgradeSucceeded',
    reportedFailure: reports.at(-1)?.reason === 'UpgradeFailed',
  };
}

/** The best explanation of a failure: the container's termination message, the last report, or the Job's condition. */
export function failureMessage(input: ProcessInput): string {
  const { job, pod, reports } = input;
  const report = reports.findLast((candidate) => candidate.reason === 'UpgradeFailed');
  const exit = pod?.terminated;
  if (exit !== undefined && exit.message.trim() !== '') return exit.message.trim();
  if (report !== undefined && report.note !== '') return report.note;
  if (exit !== undefined) return `exit code ${exit.exitCode}${exit.reason === '' ? '' : ` (${exit.reason})`}`;
  if (pod?.waiting !== undefined) return pod.waiting;
  return job?.message ?? '';
}
