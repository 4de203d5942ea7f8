import { NOTIFY_REASONS } from '../api/conditions.ts';
import { cutText, characters } from '../core/text.ts';
import type { Notification } from '../core/notification/model/notification.ts';
import type { DeliveryRemark, SendResult } from '../core/notification/model/send-result.ts';
import { plainText } from '../core/notification/text/text-line.ts';
import type { Sink } from './sink.ts';
import { renderTemplate } from './template.ts';

/** Maximum length of a message with a remark (UTF-16 code units). */
const MAX_REMARK_LENGTH = 200;

/** A sink that sends the text of a template. If the template fails, the built-in text is sent, and the receipt says so. */
export function withTemplate(sink: Sink, template: string): Sink {
  return {
    ...sink,
    preview(notification) {
      const rendered = renderTemplate(template, notification);
      if (rendered.kind === 'Rendered') return sink.preview(withText(notification, rendered.text), rendered.text);
      return { ...sink.preview(notification), problem: rendered.message };
    },
    async send(notification, options) {
      const rendered = renderTemplate(template, notification);
      if (rendered.kind === 'Rendered') {
        return sink.send(withText(notification, rendered.text), { ...options, ownText: rendered.text });
      }
      return withRemark(await sink.send(notification, options), {
        reason: NOTIFY_REASONS.TemplateFailed,
        message: rendered.message,
      });
    },
  };
}

/** The notification with the text for people, without control characters. The sink decides how to send the original text to a program. */
function withText(notification: Notification, text: string): Notification {
  return { ...notification, text: plainText(text) };
}

/** If the receiver rejects the built-in text because it needs the template, the message names the template as the cause. */
function withRemark(result: SendResult, remark: DeliveryRemark): SendResult {
  if (result.kind === 'Delivered') return { ...result, remark };
  const message = cutText(`${result.message}; ${remark.message}`, MAX_REMARK_LENGTH, characters);
  return result.kind === 'Permanent' ? { ...result, reason: remark.reason, message } : { ...result, message };
}
