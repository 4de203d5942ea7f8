import { readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Replaces the directory `target` by `fresh`. Several processes may do so at the same time; the last one wins. A target with the same files
 * is not touched, because a program may be running from it.
 *
 * @returns whether it was replaced.
 */
export function replaceDirectory(fresh: string, target: string): boolean {
  const old = `${fresh}.old`;
  while (!sameFiles(fresh, target)) {
    if (renameUnless(target, old, ['ENOENT'])) rmSync(old, { recursive: true });
    if (renameUnless(fresh, target, ['ENOTEMPTY', 'EEXIST'])) return true;
  }
  rmSync(fresh, { recursive: true });
  return false;
}

/** Renames a directory. Returns false for an error with one of the codes: another process was faster. */
function renameUnless(from: string, to: string, codes: readonly string[]): boolean {
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
    // The target does not exist yet, or is being replaced.
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

/** Whether an error has this code. Does not use instanceof, because the error may come from another realm. */
function hasCode(error: unknown, code: string): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}
