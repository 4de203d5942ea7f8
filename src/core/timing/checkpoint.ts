import { byteLength } from '../text.ts';

/** All checkpoints of a process together, in bytes of UTF-8: they are part of a record, of which a batch has a thousand. */
export const CHECKPOINT_BYTES = 256;

/** What a checkpoint looks like: a key, `=`, and a value of one line. An empty value takes the key back. */
const CHECKPOINT = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}=[^\p{Cc}]*$/u;

/** What is wrong with a checkpoint, as a sentence; undefined when nothing is. */
export function checkpointComplaint(checkpoint: string): string | undefined {
  if (!CHECKPOINT.test(checkpoint))
    return '`checkpoint` must be key=value: a key of letters, digits, `.`, `_` and `-`, at most 63, and a value of one line.';
  if (byteLength(checkpoint) > CHECKPOINT_BYTES) return `\`checkpoint\` must have at most ${CHECKPOINT_BYTES} bytes.`;
  return undefined;
}

/**
 * The checkpoints of a process, one `key=value` a line, with those that it has reported since, oldest first. A key has one value, the
 * last; when all of them are too long together, those that were not set for the longest time go. What cannot be read is left out: who
 * may create Events could write anything. Merging the same reports again changes nothing. Undefined when none are left.
 */
export function mergeCheckpoints(known: string | undefined, reported: readonly (string | undefined)[]): string | undefined {
  const values = new Map<string, string>();
  for (const checkpoint of [...(known ?? '').split('\n'), ...reported]) {
    if (checkpoint === undefined || checkpointComplaint(checkpoint) !== undefined) continue;
    const key = checkpoint.slice(0, checkpoint.indexOf('='));
    values.delete(key);
    if (checkpoint !== `${key}=`) values.set(key, checkpoint);
  }
  const lines = [...values.values()];
  while (byteLength(lines.join('\n')) > CHECKPOINT_BYTES) lines.shift();
  return lines.length === 0 ? undefined : lines.join('\n');
}
