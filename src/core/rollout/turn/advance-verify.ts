import { NODE_REASONS } from '../../../api/conditions.ts';
import type { BatchVerify, ProcessRecord } from '../../../api/generated/upgradebatch.ts';
import type { Instant, JobFact, PodFact } from '../../facts.ts';
import { cutToBytes, toInstant, toRfc3339 } from '../../text.ts';
import type { Command } from '../model/command.ts';
import { unmetChecks, type VerifiedNode } from '../fleet/verify.ts';
import type { ProcessResult } from './process-result.ts';

/** What the decision about the verification of a process on a node is based on. */
export interface VerifyInput extends VerifiedNode {
  readonly verify: BatchVerify;
  /** The record of the process, which has ended well; `verifyDeadlineTime` and `verifyStableSinceTime` as persisted. */
  readonly record: ProcessRecord;
  /** The verify Job and its Pod, if there is one. */
  readonly job: JobFact | undefined;
  readonly jobPod: PodFact | undefined;
  /** Why the API server rejected that Job for good; undefined if it did not. */
  readonly jobRejection: string | undefined;
  /** Creates that Job; undefined when `verify` has none. */
  readonly createJob: Command | undefined;
  readonly now: Instant;
}

/** Whether a process has succeeded and its `verify` is under way. */
export function isBeingVerified(record: ProcessRecord | undefined): record is ProcessRecord {
  return record?.state === 'Verifying' && record.verifyDeadlineTime !== undefined;
}

/** Records store whole seconds. Rounding up ensures that checks pass for at least `stableSeconds`. */
function wholeSeconds(instant: Instant): Instant {
  return Math.ceil(instant / 1000) * 1000;
}

function afterWork({ record }: VerifyInput): ProcessRecord {
  const { message: _message, reason: _reason, verifyDeadlineTime: _until, verifyStableSinceTime: _since, ...rest } = record;
  return rest;
}

/**
 * Decides how far the verification of a process that has succeeded is. Its deadline and the time since when all checks pass are
 * on record, so a restart of the operator does not reset them.
 */
export function advanceVerify(input: VerifyInput): ProcessResult {
  const { verify, record, now } = input;
  const until = toInstant(record.verifyDeadlineTime) ?? wholeSeconds(now) + verify.timeoutSeconds * 1000;
  const unmet = unmetChecks(verify, input);
  if (unmet.length > 0) return waitForChecks(input, until, unmet);
  const since = toInstant(record.verifyStableSinceTime) ?? wholeSeconds(now);
  const stable = verify.stableSeconds === 0 ? now : since + verify.stableSeconds * 1000;
  if (now < stable) {
    const message = `all checks pass since ${toRfc3339(since).slice(11)}; they must pass for ${verify.stableSeconds} s`;
    return verifying(input, { message, until, since, requeueAt: stable });
  }
  return advanceVerifyJob(input, until, since);
}

function waitForChecks(input: VerifyInput, until: Instant, unmet: readonly string[]): ProcessResult {
  const [first = '', ...others] = unmet;
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
  if (input.now > until) return failed(input, `${cutToBytes(first, 128 - more.length)}${more}`);
  return verifying(input, { message: `${cutToBytes(first, 128 - more.length)}${more}`, until, requeueAt: until + 1000 });
}

/** Decides about the verify Job. It changes nothing, so one that was deleted is created again. */
function advanceVerifyJob(input: VerifyInput, until: Instant, since: Instant): ProcessResult {
  const { job, jobPod, createJob, now } = input;
  const done: ProcessResult = {
    kind: 'Succeeded',
    record: { ...afterWork(input), state: 'Succeeded', verifiedTime: toRfc3339(now) },
    overdue: false,
  };
  if (createJob === undefined) return done;
  if (input.jobRejection !== undefined) return failed(input, `its verify Job was rejected: ${input.jobRejection}`);
  if (job === undefined) {
    const message = 'its verify Job is being created';
    return { ...verifying(input, { message, until, since, requeueAt: now + 5000 }), commands: [createJob] };
  }
  switch (job.outcome) {
    case 'Complete':
      return done;
    case 'Active':
    case 'Failing':
      return verifying(input, {
        message: jobPod?.waiting ?? 'its verify Job is running',
        until,
        since,
        requeueAt: now + 60_000,
      });
    case 'Failed': {
      const end = jobPod?.terminated;
      const message = end?.message.trim() ?? '';
      const code = end === undefined ? job.message : `exit code ${end.exitCode}`;
      return failed(input, `its verify Job failed: ${message === '' ? code : message}`);
    }
  }
}

interface Waiting {
  readonly message: string;
  readonly until: Instant;
  readonly since?: Instant;
  readonly requeueAt: Instant;
}

function verifying(
  input: VerifyInput,
  { message, until, since, requeueAt }: Waiting,
): Exclude<ProcessResult, { kind: 'NotStarted' }> {
  const record: ProcessRecord = {
    ...afterWork(input),
    state: 'Verifying',
    message: cutToBytes(message, 128),
    verifyDeadlineTime: toRfc3339(until),
    ...(since === undefined ? {} : { verifyStableSinceTime: toRfc3339(since) }),
  };
  return { kind: 'Verifying', record, overdue: false, requeueAt };
}

function failed(input: VerifyInput, message: string): ProcessResult {
  const record: ProcessRecord = {
    ...afterWork(input),
    state: 'Failed',
    reason: NODE_REASONS.VerifyFailed,
    message: cutToBytes(message, 128),
    endTime: toRfc3339(input.now),
  };
  return { kind: 'Failed', record, overdue: false };
}
