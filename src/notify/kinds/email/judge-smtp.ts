import { NOTIFY_REASONS } from '../../../api/conditions.ts';
import type { SendResult } from '../../../core/notification/model/send-result.ts';
import { cutToBytes } from '../../../core/text.ts';
import { NOT_ALLOWED } from '../../../net/guarded-lookup.ts';
import { addressNotAllowed } from '../../http/judge-answer.ts';
import type { RejectedRecipient, SmtpFailure } from '../../mail-transport.ts';

const MAX_REMARK_BYTES = 256;

/**
 * The result of a failed attempt. The first digit of a reply says whether a retry may succeed (RFC 5321, 4.2.1).
 *
 * @param host the only part of the settings that messages may contain.
 */
export function judgeSmtpFailure(failure: SmtpFailure, host: string): SendResult {
  const { code, originalCode, responseCode, command } = failure;
  if (code === NOT_ALLOWED) return addressNotAllowed(host);
  const message = `${replyText(failure)} from ${host}${command === undefined ? '' : ` to ${command}`}`;
  const rejected = responseCode !== undefined && responseCode >= 500 && responseCode !== 503;
  if (code === 'EAUTH' || code === 'ENOAUTH') {
    // 454: the server cannot check the password at the moment.
    if (responseCode !== undefined && responseCode < 500) return { kind: 'Retry', reason: 'Unavailable', message };
    return { kind: 'Permanent', reason: NOTIFY_REASONS.AuthRefused, message };
  }
  if (code === 'ETLS' && rejected)
    return { kind: 'Permanent', reason: NOTIFY_REASONS.TlsRefused, message: `${message}: the server does not offer STARTTLS` };
  if (rejected) return { kind: 'Permanent', reason: NOTIFY_REASONS.Refused, message };
  if (responseCode !== undefined) return { kind: 'Retry', reason: 'Unavailable', message };
  if (code === 'EMESSAGE')
    return { kind: 'Permanent', reason: NOTIFY_REASONS.Refused, message: `${host} accepts only smaller messages` };
  return { kind: 'Retry', reason: 'NoAnswer', message: `${host}: ${originalCode ?? code ?? 'no connection'}` };
}

/** The result for an accepted email. If some recipients were rejected, it is not sent again, because the others have it. */
export function judgeSmtpSuccess(rejected: readonly RejectedRecipient[], recipients: number): SendResult {
  if (rejected.length === 0) return { kind: 'Delivered' };
  const names = rejected.map((each) => `${each.recipient ?? 'unknown'} (${replyText(each)})`).join(', ');
  const message = cutToBytes(`${rejected.length} of ${recipients} recipients were rejected: ${names}`, MAX_REMARK_BYTES);
  return { kind: 'Delivered', remark: { reason: NOTIFY_REASONS.RecipientsRefused, message } };
}

/** The reply's code and, if present, its enhanced status code (RFC 3463): `SMTP 550 5.7.1`. */
function replyText({ code, responseCode, response }: SmtpFailure): string {
  if (responseCode === undefined) return code ?? 'no answer';
  const enhanced = /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b/.exec(response ?? '')?.[1];
  return `SMTP ${responseCode}${enhanced === undefined ? '' : ` ${enhanced}`}`;
}
