import { backoffMs } from '../../core/backoff.ts';
import { NO_ANSWER, isKubeError } from '../client/kube-error.ts';

/** No event arrived for so long that the connection is considered dead. */
export class SilenceError extends Error {
  constructor(milliseconds: number) {
    super(`no event for ${milliseconds / 1000} s, not even a bookmark`);
    this.name = 'SilenceError';
  }
}

/** The server sent a version older than the watch's start version: its store was restored from a backup. */
export class VersionRegressionError extends Error {
  constructor(version: string, than: string) {
    super(`received version ${version} after ${than}`);
    this.name = 'BackInTimeError';
  }
}

/** How a list or a watch ended. */
export interface WatchEnd {
  /** Undefined when the server closed the watch normally. */
  readonly error: unknown;
  /** Number of consecutive ends, including this one, that were an error or came too soon. */
  readonly failures: number;
  /** Number of consecutive watches, including this one, that ended in silence. */
  readonly silences: number;
  /** Number of consecutive times, including this one, that the server did not have our version, without an event in between. */
  readonly losses: number;
}

/** How to continue. */
export interface Recovery {
  readonly waitMs: number;
  /** Whether to list again, instead of watching from the last version. */
  readonly relist: boolean;
}

const BACKOFF = { baseMs: 800, maxMs: 30_000 };
// Retrying an unreachable server is cheap, and its return should be noticed soon.
const UNREACHABLE_BACKOFF = { baseMs: 800, maxMs: 5_000 };
const MAX_RETRY_AFTER_MS = 60_000;

/** Decides how to continue after a list or a watch has ended. */
export function recoverFrom({ error, failures, silences, losses }: WatchEnd, random: () => number): Recovery {
  if (failures === 0) return { waitMs: 0, relist: false };
  // The connection does not explain a second silence in a row. Usually the collection is inactive (the server sends no bookmarks while
  // its cache does not change), but the server may also lack our version.
  if (isSilence(error)) return { waitMs: 0, relist: silences > 1 };
  // Without a delay, unless the previous list did not help either, which would be a tight loop.
  if (isVersionLost(error)) return { waitMs: losses > 1 ? backoffMs(losses, BACKOFF, random()) : 0, relist: true };
  const backoff = backoffMs(failures, isKubeError(error, NO_ANSWER.notSent) ? UNREACHABLE_BACKOFF : BACKOFF, random());
  if (!isKubeError(error)) return { waitMs: backoff, relist: false };
  const retryAfterMs = Math.min((error.retryAfterSeconds ?? 0) * 1000, MAX_RETRY_AFTER_MS);
  return { waitMs: Math.max(backoff, retryAfterMs), relist: false };
}

/** Whether a watch ended because of silence, by the timeout of the reflector or of the connection pool. */
export function isSilence(error: unknown): boolean {
  return error instanceof SilenceError || isKubeError(error, NO_ANSWER.silent);
}

/** Whether the server no longer has the version to continue from (410), or never had it (ResourceVersionTooLarge, an older version). */
export function isVersionLost(error: unknown): boolean {
  if (error instanceof VersionRegressionError) return true;
  if (!isKubeError(error)) return false;
  return error.code === 410 || error.causes.some(({ reason }) => reason === 'ResourceVersionTooLarge');
}
