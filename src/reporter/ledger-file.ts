import { readFile, rename, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Log } from '../api/log.ts';
import { REPORT_REASONS } from '../api/names.ts';
import { hasCode } from './has-code.ts';
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
  // JSON omits undefined fields; the type requires them.
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
 * Persists the ledger in a file next to the socket. `/run` is empty after a reboot, which is intended: the boot ID has changed, so every
 * sequence starts again.
 *
 * @param path path of the file; its directory must exist.
 */
export function ledgerFile(path: string, log: Log): LedgerStore {
  return {
    async load(): Promise<LedgerState | undefined> {
      const text = await readIfThere(path);
      if (text === undefined) return undefined;
      const parsed = stateSchema.safeParse(parseJson(text));
      if (parsed.success) return parsed.data;
      // Starting empty loses the pending reports. What was posted already shows in the names of the Events.
      log.warn('Starting with an empty state because the saved one is invalid', { path, error: parsed.error });
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
    throw new Error(`Reading the reporter's state ${path} failed: remove the file, or give the reporter access to it.`, {
      cause: error,
    });
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // The schema rejects it, and the caller logs that.
  }
}
