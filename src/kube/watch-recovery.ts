import { backoffMs } from './backoff.ts';
import { isKubeError } from './kube-error.ts';

/** Nothing came for so long that the connection is taken for dead. */
export class SilenceError extends Error {
  constructor(milliseconds: number) {
    super(`nothing came for ${milliseconds / 1000} s, not even a bookmark`);
    this.name = 'SilenceError';
  }
}

/** The server sent something older than what it was asked to go on from: its store was restored from a backup. */
export class BackInTimeError extends Error {
  constructor(version: string, than: string) {
    super(`version ${version} came after ${than}`);
    this.name = 'BackInTimeError';
  }
}

/** How a list or a watch ended. */
export interface WatchEnd {
  /** Undefined when the server closed the watch in order. */
  readonly error: unknown;
  /** Ends in a row, this one included, that were an error or came too soon. */
  readonly failures: number;
  /** Watches in a row, this one included, that ended in silence. */
  readonly silences: number;
  /** Whether an event or bookmark has come since the last list. */
  readonly heard: boolean;
}

/** How to go on. */
export interface Recovery {
  readonly waitMs: number;
  /** Whether to list again, instead of watching from the last version. */
  readonly relist: boolean;
}

const BACKOFF = { baseMs: 800, maxMs: 30_000 };
const MAX_RETRY_AFTER_MS = 60_000;

/** Decides how to go on after a list or a watch ended. */
export function recoverFrom({ error, failures, silences, heard }: WatchEnd, random: () => number): Recovery {
  if (failures === 0) return { waitMs: 0, relist: false };
  // A second silence in a row is more than a dead connection: the server may not know our version (a restored backup).
  if (error instanceof SilenceError) return { waitMs: 0, relist: silences > 1 };
  const backoff = backoffMs(failures, BACKOFF, random);
  // At once, unless the list before was of no use either: that would go round and round.
  if (isVersionLost(error)) return { waitMs: heard ? 0 : backoff, relist: true };
  if (!isKubeError(error)) return { waitMs: backoff, relist: false };
  const retryAfterMs = Math.min((error.retryAfterSeconds ?? 0) * 1000, MAX_RETRY_AFTER_MS);
  return { waitMs: Math.max(backoff, retryAfterMs), relist: false };
}

/** 410: the server has forgotten the version to go on from. ResourceVersionTooLarge: it has never known it. */
function isVersionLost(error: unknown): boolean {
  if (error instanceof BackInTimeError) return true;
  if (!isKubeError(error)) return false;
  return error.code === 410 || error.causes.some(({ reason }) => reason === 'ResourceVersionTooLarge');
}
