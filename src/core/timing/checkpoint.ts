import { byteLength } from '../text.ts';

/** Maximum size of all checkpoints of a process in bytes of UTF-8: they are part of a record, and a batch can have a thousand records. */
export const MAX_CHECKPOINT_BYTES = 256;

/** A checkpoint: a key, `=`, and a value of one line. An empty value removes the key. */
const CHECKPOINT = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}=[^\p{Cc}]*$/u;

/** What is wrong with a checkpoint, as a sentence; undefined when nothing is. */
export function checkpointProblem(checkpoint: string): string | undefined {
  if (!CHECKPOINT.test(checkpoint))
    return '`checkpoint` must be key=value: a key of letters, digits, `.`, `_` and `-`, at most 63, and a value of one line.';
  if (byteLength(checkpoint) > MAX_CHECKPOINT_BYTES) return `\`checkpoint\` must have at most ${MAX_CHECKPOINT_BYTES} bytes.`;
  return undefined;
}

/**
 * Merges the known checkpoints of a process, one `key=value` a line, with those reported since, oldest first. The last value of a key
 * wins. When all are too long together, the ones that were set longest ago are dropped. Invalid checkpoints are ignored, because anybody
 * who may create Events could write them. Merging the same reports again changes nothing. Undefined when no checkpoint is left.
 */
export function mergeCheckpoints(known: string | undefined, reported: readonly (string | undefined)[]): string | undefined {
  const values = new Map<string, string>();
  for (const checkpoint of [...(known ?? '').split('\n'), ...reported]) {
    if (checkpoint === undefined || checkpointProblem(checkpoint) !== undefined) continue;
    const key = checkpoint.slice(0, checkpoint.indexOf('='));
    values.delete(key);
    if (checkpoint !== `${key}=`) values.set(key, checkpoint);
  }
  const lines = [...values.values()];
  while (byteLength(lines.join('\n')) > MAX_CHECKPOINT_BYTES) lines.shift();
  return lines.length === 0 ? undefined : lines.join('\n');
}
