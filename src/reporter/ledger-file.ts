import { readFile, rename, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Log } from '../api/log.ts';
import { REPORT_REASONS } from '../api/names.ts';
import { hasCode } from './error-code.ts';
import type { LedgerState, LedgerStore } from './report-ledger.ts';

const turnSchema = z.object({ namespace: z.string(), plan: z.string(), batch: z.string(), batchUid: z.string() });

const textSchema = z
  .object({
    reason: z.enum(REPORT_REASONS),
    note: z.string().optional(),
    progress: z.number().optional(),
    task: z.string().optional(),
    fromVersion: z.string().optional(),
    checkpoint: z.string().optional(),
    toVersion: z.string().optional(),
  })
  // JSON leaves undefined fields out; inside they are always there.
  .transform(({ reason, note, progress, task, fromVersion, toVersion, checkpoint }) => ({
    reason,
    note,
    progress,
    task,
    fromVersion,
    checkpoint,
    toVersion,
  }));

const reportSchema = z.object({
  turn: turnSchema,
  node: z.object({ name: z.string(), uid: z.string(), bootId: z.string() }),
  process: z.string(),
  attempt: z.number(),
  text: textSchema,
  time: z.number(),
});

const stateSchema = z.object({
  pending: z.array(reportSchema),
  streams: z.record(
    z.string(),
    z
      .object({ sequence: z.number(), last: z.object({ report: reportSchema, name: z.string(), count: z.number() }).optional() })
      .transform(({ sequence, last }) => ({ sequence, last })),
  ),
});

/**
 * Keeps the ledger in a file beside the socket. `/run` is empty after a reboot, which is right: the boot ID is another then, and
 * every sequence begins anew.
 *
 * @param path of the file; its directory exists.
 */
export function ledgerFile(path: string, log: Log): LedgerStore {
  return {
    async load(): Promise<LedgerState | undefined> {
      const text = await readIfThere(path);
      if (text === undefined) return undefined;
      const parsed = stateSchema.safeParse(parseJson(text));
      if (parsed.success) return parsed.data;
      // The names of Events tell what was posted already, so starting anew costs a few requests and loses what waited.
      log.warn('The reporter state cannot be read, starting anew', { path, error: parsed.error });
      return undefined;
    },

    async save(state): Promise<void> {
      const temporary = `${path}.new`;
      await writeFile(temporary, JSON.stringify(state), { mode: 0o600 });
      await rename(temporary, path);
    },
  };
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw new Error(`The reporter state ${path} cannot be read: remove the file, or give the reporter access to it.`, {
      cause: error,
    });
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // The schema refuses it, and the caller logs that.
  }
}
