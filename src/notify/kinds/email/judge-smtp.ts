import { NOTIFY_REASONS } from '../../../api/conditions.ts';
import type { SendResult } from '../../../core/notification/model/send-result.ts';
import { cutToBytes } from '../../../core/text.ts';
import { NOT_ALLOWED } from '../../../net/guarded-lookup.ts';
import { addressNotAllowed } from '../../http/judge-answer.ts';

/** What is known of a mail that was not taken. Replies of servers are not repeated but for their codes: they may quote what they were sent. */
export interface SmtpFailure {
  readonly code?: string | undefined;
  readonly originalCode?: string | undefined;
  /** The reply's three digits. */
  readonly responseCode?: number | undefined;
  readonly response?: string | undefined;
  readonly command?: string | undefined;
}

/** A recipient that the server did not take. */
export interface RefusedRecipient extends SmtpFailure {
  readonly recipient?: string | undefined;
}

const REMARK_BYTES = 256;

/**
 * What a failure means. Servers say with the first digit of a reply whether it passes (RFC 5321, 4.2.1).
 *
 * @param host all that a message may tell of the server.
 */
export function judgeSmtpFailure(failure: SmtpFailure, host: string): SendResult {
  const { code, originalCode, responseCode, command } = failure;
  if (code === NOT_ALLOWED) return addressNotAllowed(host);
  const message = `${replyText(failure)} from ${host}${command === undefined ? '' : ` to ${command}`}`;
  const refused = responseCode !== undefined && responseCode >= 500 && responseCode !== 503;
  if (code === 'EAUTH' || code === 'ENOAUTH') {
    // 454: the server cannot look the password up just now.
    if (responseCode !== undefined && responseCode < 500) return { kind: 'Retry', reason: 'Unavailable', message };
    return { kind: 'Permanent', reason: NOTIFY_REASONS.AuthRefused, message };
  }
  if (code === 'ETLS' && refused)
    return { kind: 'Permanent', reason: NOTIFY_REASONS.TlsRefused, message: `${message}: it offers no STARTTLS` };
  if (refused) return { kind: 'Permanent', reason: NOTIFY_REASONS.Refused, message };
  if (responseCode !== undefined) return { kind: 'Retry', reason: 'Unavailable', message };
  if (code === 'EMESSAGE')
    return { kind: 'Permanent', reason: NOTIFY_REASONS.Refused, message: `${host} takes only smaller messages` };
  return { kind: 'Retry', reason: 'NoAnswer', message: `${host}: ${originalCode ?? code ?? 'no connection'}` };
}

/** What a mail that was taken comes to. Some recipients may have been refused; the others have it, so it is not sent again. */
export function judgeSmtpSuccess(refused: readonly RefusedRecipient[], recipients: number): SendResult {
  if (refused.length === 0) return { kind: 'Delivered' };
  const names = refused.map((each) => `${each.recipient ?? 'somebody'} (${replyText(each)})`).join(', ');
  const message = cutToBytes(`${refused.length} of ${recipients} recipients were refused: ${names}`, REMARK_BYTES);
  return { kind: 'Delivered', remark: { reason: NOTIFY_REASONS.RecipientsRefused, message } };
}

/** `SMTP 550 5.7.1`: the reply's code and, where there is one, the enhanced one (RFC 3463). */
function replyText({ code, responseCode, response }: SmtpFailure): string {
  if (responseCode === undefined) return code ?? 'no answer';
  const enhanced = /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b/.exec(response ?? '')?.[1];
  return `SMTP ${responseCode}${enhanced === undefined ? '' : ` ${enhanced}`}`;
}
