import { NOTIFY_REASONS } from '../../../api/conditions.ts';
import type { SendResult } from '../../../core/notification/model/send-result.ts';

/** Errors after which a retry may succeed, and their reasons. */
const TRANSIENT_ERRORS: ReadonlyMap<string, string> = new Map([
  ['ratelimited', 'RateLimited'],
  ['rate_limited', 'RateLimited'],
  ['internal_error', 'Unavailable'],
  ['fatal_error', 'Unavailable'],
  ['service_unavailable', 'Unavailable'],
  ['request_timeout', 'Unavailable'],
  ['team_added_to_org', 'Unavailable'],
]);

const NEW_TOKEN = 'the token is invalid or was revoked: put a new one into the Secret';

/** What to do about common errors. */
const HINTS: ReadonlyMap<string, string> = new Map([
  ['invalid_auth', NEW_TOKEN],
  ['not_authed', NEW_TOKEN],
  ['token_revoked', NEW_TOKEN],
  ['token_expired', NEW_TOKEN],
  ['account_inactive', NEW_TOKEN],
  ['missing_scope', 'the app needs the scope chat:write'],
  ['not_in_channel', 'invite the app into the channel, or give it the scope chat:write.public'],
  [
    'channel_not_found',
    'the channel does not exist, or it is private and the app is not a member; names begin with #, IDs do not',
  ],
  ['is_archived', 'the channel is archived'],
  ['channel_is_archived', 'the channel is archived'],
  ['restricted_action', 'the workspace does not allow the app to post in this channel'],
]);

/** Errors for a message that cannot be updated or answered: it was deleted, is too old, or its channel is not available. */
const LOST_MESSAGE_ERRORS: ReadonlySet<string> = new Set([
  'message_not_found',
  'edit_window_closed',
  'cant_update_message',
  'thread_not_found',
  'channel_not_found',
  'not_in_channel',
  'is_archived',
]);

/** Errors about the blocks. They are within Slack's documented limits, but Slack may change these. */
const BLOCK_ERRORS: ReadonlySet<string> = new Set(['invalid_blocks', 'invalid_blocks_format', 'msg_blocks_too_long']);

/** Slack's error code, a token of ASCII; undefined for any other text, which must not get into messages. */
export function slackErrorCode(text: string | undefined): string | undefined {
  const code = text?.trim() ?? '';
  return /^[a-z][a-z0-9_]{1,59}$/.test(code) ? code : undefined;
}

/** Whether a message cannot be updated or answered any more, so that a new one has to be posted. */
export function isLost(error: string | undefined): boolean {
  return error !== undefined && LOST_MESSAGE_ERRORS.has(error);
}

/** Whether Slack rejected the blocks, so that the text has to be sent without them. */
export function rejectsBlocks(error: string | undefined): boolean {
  return error !== undefined && BLOCK_ERRORS.has(error);
}

/** The result of a call that Slack answered with 200 and an error. */
export function judgeSlackError(error: string | undefined, afterMs: number | undefined): SendResult {
  const transient = error === undefined ? undefined : TRANSIENT_ERRORS.get(error);
  const message = error === undefined ? 'Slack answered with an unknown error' : `Slack says ${error}`;
  if (transient !== undefined) {
    return { kind: 'Retry', reason: transient, message, ...(afterMs === undefined ? {} : { afterMs }) };
  }
  return { kind: 'Permanent', reason: NOTIFY_REASONS.Refused, message: withHint(message, error) };
}

/** The message with what to do about the error, if that is known. */
export function withHint(message: string, error: string | undefined): string {
  const hint = error === undefined ? undefined : HINTS.get(error);
  return hint === undefined ? message : `${message}: ${hint}`;
}
