import { NODE_REASONS } from '../../../api/conditions.ts';
import type { ProcessRecord } from '../../../api/generated/upgradebatch.ts';
import type { Instant, JobFact } from '../../facts.ts';
import { presentFields } from '../../present-fields.ts';
import { cutToBytes, toInstant, toRfc3339 } from '../../text.ts';
import { type ProcessInput, type Evidence, evidenceOf, failureMessage } from './job-evidence.ts';
import type { ProcessResult } from './process-result.ts';

/** How long after the end of a Job a new boot ID or a late report may still arrive (ms). */
const EVIDENCE_GRACE_MS = 60_000;

/** How long to wait for the Pod of a failing Job to end while its node is Ready (ms). */
const MAX_STOPPING_MS = 10 * 60_000;

/** Exit codes of a container that was killed (SIGKILL, SIGTERM) or whose exit was not seen. */
const KILLED = new Set([137, 143, 255]);

/**
 * Decides how far a process is, from facts first (Job, Pod, boot ID) and reports second. A process whose Job was deleted never
 * counts as not started: it is verified or has failed, but does not run again.
 */
export function advanceJob(input: ProcessInput): ProcessResult {
  const { before, job } = input;
  if (before?.state === 'Succeeded' || before?.state === 'Failed') return { kind: before.state, record: before, overdue: false };
  const started = toInstant(before?.startTime) ?? job?.createdTime;
  if (started === undefined) return { kind: 'NotStarted' };

  const evidence = evidenceOf(input, started);
  const outcome = outcomesFor(input, started, evidence);
  if (job === undefined) return decideVanished(input, evidence, outcome);
  switch (job.outcome) {
    case 'Active':
      return decideActive(input, evidence, outcome);
    case 'Complete':
      return decideComplete(input, job, evidence, outcome);
    case 'Failing':
      return decideFailing(input, job, evidence, outcome);
    case 'Failed':
      return decideFailed(input, job, evidence, outcome);
  }
}

/**
 * A failing Job waits for its Pod to end. On a lost node or with a stuck kubelet that never happens, so the Job then counts as
 * failed.
 */
function decideFailing(input: ProcessInput, job: JobFact, evidence: Evidence, outcome: Outcomes): ProcessResult {
  const until = (job.failedTime ?? evidence.deadline) + MAX_STOPPING_MS;
  if (!input.node.ready || input.now > until) return decideFailed(input, job, evidence, outcome);
  return outcome.running('stopping', until);
}

/** Builds the possible results, each with the record of what was observed. */
interface Outcomes {
  /** The plan is requeued after `until`, by default the deadline. */
  running(message: string | undefined, until?: Instant): ProcessResult;
  verifying(message: string, until: Instant, endTime?: Instant): ProcessResult;
  succeeded(end: Instant): ProcessResult;
  failed(reason: string, message: string, end: Instant): ProcessResult;
}

function outcomesFor({ process, before, job, now }: ProcessInput, started: Instant, evidence: Evidence): Outcomes {
  const overdue = now > evidence.deadline;
  const base = presentFields({
    name: process.name,
    attempt: before?.attempt ?? job?.attempt ?? 1,
    startTime: toRfc3339(started),
    bootId: process.disruption === 'Reboot' ? (before?.bootId ?? job?.bootId ?? '') : undefined,
    rebooting: evidence.announced ? true : undefined,
  });
  const ended = before?.state === 'Verifying' ? toInstant(before.endTime) : undefined;
  return {
    running(message, until = evidence.deadline) {
      const text = message === undefined || message === '' ? undefined : cutToBytes(message, 128);
      const record = presentFields({ ...base, state: 'Running', message: text });
      // A time in the past would requeue the plan in a loop.
      return { kind: 'Running', record, overdue, ...(now > until ? {} : { requeueAt: until + 1000 }) };
    },
    verifying(message, until, endTime) {
      const end = ended ?? endTime;
      const record = presentFields({
        ...base,
        state: 'Verifying',
        message: cutToBytes(message, 128),
        endTime: end === undefined ? undefined : toRfc3339(end),
      });
      return { kind: 'Verifying', record, overdue, requeueAt: until + 1000 };
    },
    // The caller runs `verify` next, if there is one.
    succeeded: (end) => ({ kind: 'Succeeded', record: { ...base, state: 'Succeeded', endTime: toRfc3339(end) }, overdue: false }),
    failed(reason, message, end) {
      const record: ProcessRecord = {
        ...base,
        state: 'Failed',
        reason,
        message: cutToBytes(message, 128),
        endTime: toRfc3339(end),
      };
      return { kind: 'Failed', record, overdue: false };
    },
  };
}

function decideActive(input: ProcessInput, evidence: Evidence, outcome: Outcomes): ProcessResult {
  const { process, pod, reports } = input;
  if (process.disruption === 'Reboot' && evidence.rebooted)
    return outcome.verifying('rebooted; its Job is ending', evidence.deadline);
  if (process.disruption === 'Reboot' && evidence.announced) return outcome.verifying('rebooting', evidence.deadline);
  const last = reports.at(-1);
  const progress = last?.progress === undefined ? '' : `${last.progress}% `;
  return outcome.running(last === undefined ? pod?.waiting : `${progress}${last.note}`.trim());
}

function decideComplete(input: ProcessInput, job: JobFact, evidence: Evidence, outcome: Outcomes): ProcessResult {
  const { process, now } = input;
  const end = job.completedTime ?? now;
  if (process.disruption !== 'Reboot') return outcome.succeeded(end);
  if (evidence.rebooted) {
    if (evidence.announced || evidence.provable) return afterReboot(input, evidence, outcome, end);
    const until = end + EVIDENCE_GRACE_MS;
    return now > until
      ? unannounced(outcome, end)
      : outcome.verifying('rebooted; waiting for its report UpgradeRebooting', until, end);
  }
  if (evidence.reportedSuccess && !evidence.announced) return outcome.succeeded(end);
  if (now <= evidence.deadline) return outcome.verifying('ended; waiting for the reboot', evidence.deadline, end);
  return outcome.failed(NODE_REASONS.NoReturnFromReboot, 'its Job ended, but the host did not reboot before the deadline', now);
}

function decideFailed(input: ProcessInput, job: JobFact, evidence: Evidence, outcome: Outcomes): ProcessResult {
  const { process, now } = input;
  const end = job.failedTime ?? now;
  const isLate = job.reason === 'DeadlineExceeded';
  const rebooting = process.disruption === 'Reboot' ? decideKilled(input, { evidence, outcome, end, isLate }) : undefined;
  if (rebooting !== undefined) return rebooting;
  if (isLate) {
    const message = failureMessage(input);
    const limit = `did not end within ${process.deadlineSeconds} s`;
    return outcome.failed(
      NODE_REASONS.DeadlineExceeded,
      message === '' || message === job.message ? limit : `${limit}: ${message}`,
      end,
    );
  }
  return outcome.failed(NODE_REASONS.JobFailed, failureMessage(input), end);
}

interface Killed {
  readonly evidence: Evidence;
  readonly outcome: Outcomes;
  /** When the Job failed. */
  readonly end: Instant;
  /** Whether it exceeded its deadline. */
  readonly isLate: boolean;
}

/** Decides about the failed Job of a process that reboots its host; undefined if the Job failed by itself. */
function decideKilled(input: ProcessInput, { evidence, outcome, end, isLate }: Killed): ProcessResult | undefined {
  const { pod, now } = input;
  const ownFailure = pod?.terminated !== undefined && !KILLED.has(pod.terminated.exitCode) && pod.terminated.exitCode !== 0;
  if (evidence.reportedFailure) return outcome.failed(NODE_REASONS.JobFailed, failureMessage(input), end);
  if (evidence.rebooted && evidence.announced) return afterReboot(input, evidence, outcome, end);
  if (evidence.announced && now <= evidence.deadline) return outcome.verifying('rebooting', evidence.deadline, end);
  if (evidence.announced) return outcome.failed(NODE_REASONS.NoReturnFromReboot, noReturn(input), now);
  const killed = !ownFailure && !isLate;
  if (killed && evidence.rebooted && evidence.provable) return afterReboot(input, evidence, outcome, end);
  if (killed && now <= end + EVIDENCE_GRACE_MS) {
    return outcome.verifying('its Pod was killed; checking whether the host reboots', end + EVIDENCE_GRACE_MS, end);
  }
  return evidence.rebooted ? unannounced(outcome, end) : undefined;
}

function decideVanished(input: ProcessInput, evidence: Evidence, outcome: Outcomes): ProcessResult {
  const { process, before, now } = input;
  const seen = before?.state === 'Verifying' ? (toInstant(before.endTime) ?? now) : now;
  if (evidence.reportedFailure) return outcome.failed(NODE_REASONS.JobFailed, failureMessage(input), seen);
  if (process.disruption === 'Reboot' && evidence.announced) {
    if (evidence.rebooted) return afterReboot(input, evidence, outcome, seen);
    if (now <= evidence.deadline) return outcome.verifying('rebooting', evidence.deadline, seen);
    return outcome.failed(NODE_REASONS.NoReturnFromReboot, noReturn(input), now);
  }
  if (evidence.provable && process.disruption === 'Reboot' && evidence.rebooted)
    return afterReboot(input, evidence, outcome, seen);
  if (evidence.provable && process.disruption !== 'Reboot') return outcome.succeeded(seen);
  if (evidence.reportedSuccess) return outcome.succeeded(seen);
  if (now <= seen + EVIDENCE_GRACE_MS)
    return outcome.verifying('its Job is gone; waiting for evidence of its outcome', seen + EVIDENCE_GRACE_MS, seen);
  return outcome.failed(NODE_REASONS.JobVanished, 'its Job was deleted, and nothing shows that its work was done', now);
}

function afterReboot(input: ProcessInput, evidence: Evidence, outcome: Outcomes, end: Instant): ProcessResult {
  if (input.node.ready) return outcome.succeeded(Math.max(end, toInstant(input.before?.endTime) ?? end));
  if (input.now <= evidence.deadline)
    return outcome.verifying('rebooted; waiting for the node to be Ready', evidence.deadline, end);
  return outcome.failed(NODE_REASONS.NoReturnFromReboot, 'rebooted, but was not Ready again before the deadline', input.now);
}

function unannounced(outcome: Outcomes, end: Instant): ProcessResult {
  return outcome.failed(
    NODE_REASONS.UnannouncedReboot,
    'the host rebooted, but no UpgradeRebooting was reported: report it, or give the process a `verify`',
    end,
  );
}

function noReturn(input: ProcessInput): string {
  return `did not return from its reboot within ${input.process.deadlineSeconds} s; check its console`;
}
