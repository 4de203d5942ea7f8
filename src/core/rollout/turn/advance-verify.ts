import { NODE_REASONS } from '../../../api/conditions.ts';
import type { BatchVerify, ProcessRecord } from '../../../api/generated/upgradebatch.ts';
import type { Instant, JobFact, PodFact } from '../../facts.ts';
import { cutToBytes, toInstant, toRfc3339 } from '../../text.ts';
import type { Command } from '../model/command.ts';
import { unmetChecks, type VerifiedNode } from '../fleet/verify.ts';
import type { ProcessResult } from './process-result.ts';

/** What the verification of one process on one node looks at. */
export interface VerifyInput extends VerifiedNode {
  readonly verify: BatchVerify;
  /** The record of the process, which has ended well; `verifyDeadlineTime` and `verifyStableSinceTime` as persisted. */
  readonly record: ProcessRecord;
  /** The Job that looks at the node, if there is one, with its Pod. */
  readonly job: JobFact | undefined;
  readonly jobPod: PodFact | undefined;
  /** Why the API server refused that Job for good. */
  readonly jobRejection: string | undefined;
  /** Creates that Job; undefined when `verify` has none. */
  readonly createJob: Command | undefined;
  readonly now: Instant;
}

/** Whether a process has ended well and only its `verify` is still looked at. */
export function isVerified(record: ProcessRecord | undefined): record is ProcessRecord {
  return record?.state === 'Verifying' && record.verifyDeadlineTime !== undefined;
}

/** Times are on record in whole seconds; rounded up, what has to hold for a while never holds for less. */
function wholeSeconds(instant: Instant): Instant {
  return Math.ceil(instant / 1000) * 1000;
}

function afterWork({ record }: VerifyInput): ProcessRecord {
  const { message: _message, reason: _reason, verifyDeadlineTime: _until, verifyStableSinceTime: _since, ...rest } = record;
  return rest;
}

/**
 * Decides how far the verification of a process is that has ended well. Both its limit and the time since when everything holds are on
 * record, so that a restart of the operator starts neither anew.
 */
export function advanceVerify(input: VerifyInput): ProcessResult {
  const { verify, record, now } = input;
  const until = toInstant(record.verifyDeadlineTime) ?? wholeSeconds(now) + verify.timeoutSeconds * 1000;
  const lacks = unmetChecks(verify, input);
  if (lacks.length > 0) return waitForChecks(input, until, lacks);
  const since = toInstant(record.verifyStableSinceTime) ?? wholeSeconds(now);
  const stable = verify.stableSeconds === 0 ? now : since + verify.stableSeconds * 1000;
  if (now < stable) {
    const message = `as wanted since ${toRfc3339(since).slice(11)}; must stay so for ${verify.stableSeconds} s`;
    return verifying(input, { message, until, since, requeueAt: stable });
  }
  return advanceVerifyJob(input, until, since);
}

function waitForChecks(input: VerifyInput, until: Instant, lacks: readonly string[]): ProcessResult {
  const [first = '', ...others] = lacks;
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
  if (input.now > until) return failed(input, `${cutToBytes(first, 128 - more.length)}${more}`);
  return verifying(input, { message: `${cutToBytes(first, 128 - more.length)}${more}`, until, requeueAt: until + 1000 });
}

/** The Job only looks: one that has vanished is created again. */
function advanceVerifyJob(input: VerifyInput, until: Instant, since: Instant): ProcessResult {
  const { job, jobPod, createJob, now } = input;
  const done: ProcessResult = {
    kind: 'Succeeded',
    record: { ...afterWork(input), state: 'Succeeded', verifiedTime: toRfc3339(now) },
    overdue: false,
  };
  if (createJob === undefined) return done;
  if (input.jobRejection !== undefined) return failed(input, `its verify Job was refused: ${input.jobRejection}`);
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
        message: jobPod?.waiting ?? 'its verify Job runs',
        until,
        since,
        requeueAt: now + 60_000,
      });
    case 'Failed': {
      const end = jobPod?.terminated;
      const words = end?.message.trim() ?? '';
      const code = end === undefined ? job.message : `exit code ${end.exitCode}`;
      return failed(input, `its verify Job failed: ${words === '' ? code : words}`);
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
