import type { UpgradeBatch } from '../../../api/generated/upgradebatch.ts';

/**
 * The format in which this version of Baton writes batches. Raise it only when the spec or the records of an older batch can no
 * longer be read as they are: each change holds every rollout that is under way until somebody resumes it.
 */
export const BATCH_FORMAT = 1;

/** Whether the batch was written in another format, by an older or a newer version of Baton. Batches of 0.1 have no format. */
export function hasOtherFormat({ spec }: UpgradeBatch): boolean {
  return spec.format !== BATCH_FORMAT;
}

/** Whether a person resumed the plan after this batch while this format was in use, and so accepted the change. */
export function isFormatAccepted({ status }: UpgradeBatch): boolean {
  return status?.resumed?.format === BATCH_FORMAT;
}

/** Which version of Baton wrote a batch of another format, for messages. */
export function writerOf({ spec }: UpgradeBatch): string {
  return `${(spec.format ?? 0) < BATCH_FORMAT ? 'an older' : 'a newer'} version of Baton`;
}
