import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { text } from 'node:stream/consumers';
import type { Source } from './yaml-objects.ts';

/** What was read, and one sentence for each file that could not be read. */
export interface ReadSources {
  readonly sources: readonly Source[];
  readonly problems: readonly string[];
}

/** Reads files; the name `-` is standard input. */
export async function readSources(names: readonly string[]): Promise<ReadSources> {
  const read = await Promise.all(names.map(readSource));
  return {
    sources: read.filter((source) => typeof source !== 'string'),
    problems: read.filter((source) => typeof source === 'string'),
  };
}

/** The source, or a sentence that says why it could not be read. */
async function readSource(name: string): Promise<Source | string> {
  try {
    return name === '-'
      ? { name: 'standard input', text: await text(process.stdin) }
      : { name, text: await readFile(name, 'utf8') };
  } catch (error) {
    return `${name}: cannot be read: ${error instanceof Error ? error.message : String(error)}.`;
  }
}
