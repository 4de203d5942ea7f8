import { backoffMs } from '../../core/backoff.ts';
import { NO_ANSWER, isKubeError } from '../client/kube-error.ts';

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
  /** Times in a row, this one included, that the server did not know our version, with nothing heard from it in between. */
  readonly losses: number;
}

/** How to go on. */
export interface Recovery {
  readonly waitMs: number;
  /** Whether to list again, instead of watching from the last version. */
  readonly relist: boolean;
}

const BACKOFF = { baseMs: 800, maxMs: 30_000 };
// A server that is away costs nothing to ask, and shall not be missed for long once it is back.
const AWAY_BACKOFF = { baseMs: 800, maxMs: 5_000 };
const MAX_RETRY_AFTER_MS = 60_000;

/** Decides how to go on after a list or a watch ended. */
export function recoverFrom({ error, failures, silences, losses }: WatchEnd, random: () => number): Recovery {
  if (failures === 0) return { waitMs: 0, relist: false };
  // After a second silence in a row the connection is no explanation any more. Mostly it is a collection in which nothing happens
  // (its bookmarks stop, too, while the server's cache of it stands still), but the server may not know our version.
  if (isSilence(error)) return { waitMs: 0, relist: silences > 1 };
  // At once, unless the list before was of no use either: that would go round and round.
  if (isVersionLost(error)) return { waitMs: losses > 1 ? backoffMs(losses, BACKOFF, random()) : 0, relist: true };
  const backoff = backoffMs(failures, isKubeError(error, NO_ANSWER.notSent) ? AWAY_BACKOFF : BACKOFF, random());
  if (!isKubeError(error)) return { waitMs: backoff, relist: false };
  const retryAfterMs = Math.min((error.retryAfterSeconds ?? 0) * 1000, MAX_RETRY_AFTER_MS);
  return { waitMs: Math.max(backoff, retryAfterMs), relist: false };
}

/** Whether a watch ended because nothing came, be it the reflector's patience that ended or the pool's. */
export function isSilence(error: unknown): boolean {
  return error instanceof SilenceError || isKubeError(error, NO_ANSWER.silent);
}

/** 410: the server has forgotten the version to go on from. ResourceVersionTooLarge, or a step back in time: it never knew it. */
export function isVersionLost(error: unknown): boolean {
  if (error instanceof BackInTimeError) return true;
  if (!isKubeError(error)) return false;
  return error.code === 410 || error.causes.some(({ reason }) => reason === 'ResourceVersionTooLarge');
}
