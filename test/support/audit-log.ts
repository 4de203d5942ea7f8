import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** One request as the API server's audit log has it, at level Metadata. */
export interface AuditEntry {
  readonly verb: string;
  readonly requestURI: string;
  readonly userAgent?: string;
  readonly user: { readonly username: string };
  readonly objectRef?: {
    readonly resource: string;
    readonly subresource?: string;
    readonly namespace?: string;
    readonly name?: string;
  };
  readonly responseStatus?: { readonly code: number };
}

/** Reads what is appended to an audit log from now on. */
export interface AuditTail {
  /** The complete lines since the last call. */
  read(): readonly AuditEntry[];
  /** Waits for an entry that matches. */
  next(matches: (entry: AuditEntry) => boolean | Promise<boolean>, timeoutMs: number): Promise<AuditEntry>;
  close(): void;
}

/** Opens an audit log at its end. */
export function followAuditLog(path: string): AuditTail {
  const file = openSync(path, 'r');
  let position = fstatSync(file).size;
  let rest = Buffer.alloc(0);

  function read(): readonly AuditEntry[] {
    const { size } = fstatSync(file);
    const chunk = Buffer.alloc(size - position);
    position += readSync(file, chunk, 0, chunk.length, position);
    const text = Buffer.concat([rest, chunk]);
    const end = text.lastIndexOf('\n') + 1;
    rest = text.subarray(end);
    const lines = text.subarray(0, end).toString().split('\n');
    return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as AuditEntry);
  }
  return {
    read,
    next: async (matches, timeoutMs) => {
      const deadline = performance.now() + timeoutMs;
      for (;;) {
        for (const entry of read()) if (await matches(entry)) return entry;
        if (performance.now() > deadline)
          throw new Error(`the audit log did not show the awaited request in ${timeoutMs / 1000} s`);
        // Short, because the point is to act in the moment after the request.
        await sleep(5);
      }
    },
    close: () => closeSync(file),
  };
}
