import { NOTIFY_REASONS } from '../../../api/conditions.ts';
import type { SendResult } from '../../../core/notification/model/send-result.ts';

/** What Slack says that passes. */
const PASSING: ReadonlyMap<string, string> = new Map([
  ['ratelimited', 'RateLimited'],
  ['rate_limited', 'RateLimited'],
  ['internal_error', 'Unavailable'],
  ['fatal_error', 'Unavailable'],
  ['service_unavailable', 'Unavailable'],
  ['request_timeout', 'Unavailable'],
  ['team_added_to_org', 'Unavailable'],
]);

const NEW_TOKEN = 'the token is not, or no longer, valid: put a new one into the Secret';

/** What the commoner refusals ask of whoever wrote the plan. */
const REFUSALS: ReadonlyMap<string, string> = new Map([
  ['invalid_auth', NEW_TOKEN],
  ['not_authed', NEW_TOKEN],
  ['token_revoked', NEW_TOKEN],
  ['token_expired', NEW_TOKEN],
  ['account_inactive', NEW_TOKEN],
  ['missing_scope', 'the app needs the scope chat:write'],
  ['not_in_channel', 'invite the app into the channel, or give it the scope chat:write.public'],
  ['channel_not_found', 'there is no such channel, or it is private and the app is not in it; names begin with #, IDs do not'],
  ['is_archived', 'the channel is archived'],
  ['channel_is_archived', 'the channel is archived'],
  ['restricted_action', 'the workspace does not let the app post there'],
]);

/** What Slack says when a message cannot be updated or answered: it is gone, may not be changed any more, or stands in another channel now. */
const LOST: ReadonlySet<string> = new Set([
  'message_not_found',
  'edit_window_closed',
  'cant_update_message',
  'thread_not_found',
  'channel_not_found',
  'not_in_channel',
  'is_archived',
]);

/** Slack does not take the blocks. Ours are within its limits, but it may change them, and the text alone is still to be told. */
const BLOCKS_REFUSED: ReadonlySet<string> = new Set(['invalid_blocks', 'invalid_blocks_format', 'msg_blocks_too_long']);

/** Slack's word for what went wrong: a token of ASCII, or undefined, so that nothing else of an answer gets into messages. */
export function slackWord(text: string | undefined): string | undefined {
  const word = text?.trim() ?? '';
  return /^[a-z][a-z0-9_]{1,59}$/.test(word) ? word : undefined;
}

/** Whether a message that was to be updated or answered is lost, so that a new one has to be posted. */
export function isLost(error: string | undefined): boolean {
  return error !== undefined && LOST.has(error);
}

/** Whether Slack would take the text without its blocks. */
export function refusesBlocks(error: string | undefined): boolean {
  return error !== undefined && BLOCKS_REFUSED.has(error);
}

/** What it means that Slack's API answered 200 with an error. */
export function judgeSlackError(error: string | undefined, afterMs: number | undefined): SendResult {
  const passing = error === undefined ? undefined : PASSING.get(error);
  const message = `Slack says ${error ?? 'something that is no error of its API'}`;
  if (passing !== undefined) {
    return { kind: 'Retry', reason: passing, message, ...(afterMs === undefined ? {} : { afterMs }) };
  }
  return { kind: 'Permanent', reason: NOTIFY_REASONS.Refused, message: withWords(message, error) };
}

/** A message with what the plan's author can do about it, where that is known. */
export function withWords(message: string, error: string | undefined): string {
  const words = error === undefined ? undefined : REFUSALS.get(error);
  return words === undefined ? message : `${message}: ${words}`;
}
