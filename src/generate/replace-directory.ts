import { readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Puts the directory `fresh` in the place of `target`, also while others put theirs there: the last one stays. A target that has the same
 * files already is not touched, for something may be running from it.
 *
 * @returns whether it was replaced.
 */
export function replaceDirectory(fresh: string, target: string): boolean {
  const old = `${fresh}.old`;
  while (!sameFiles(fresh, target)) {
    if (tryRename(target, old, ['ENOENT'])) rmSync(old, { recursive: true });
    if (tryRename(fresh, target, ['ENOTEMPTY', 'EEXIST'])) return true;
  }
  rmSync(fresh, { recursive: true });
  return false;
}

/** False for an error with one of the codes: another program was quicker. */
function tryRename(from: string, to: string, codes: readonly string[]): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    if (codes.some((code) => hasCode(error, code))) return false;
    throw error;
  }
}

function sameFiles(fresh: string, target: string): boolean {
  try {
    const names = filesIn(fresh);
    if (names.join('\n') !== filesIn(target).join('\n')) return false;
    return names.every((name) => readFileSync(join(fresh, name)).equals(readFileSync(join(target, name))));
  } catch (error) {
    // It is not there yet, or is being replaced.
    if (hasCode(error, 'ENOENT')) return false;
    throw error;
  }
}

function filesIn(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length))
    .toSorted();
}

/** Whether an error of Node has this code. Not by instanceof: an error may come from another realm. */
function hasCode(error: unknown, code: string): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}
