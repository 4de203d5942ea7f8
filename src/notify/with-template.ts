import { NOTIFY_REASONS } from '../api/conditions.ts';
import { cutText, characters } from '../core/text.ts';
import type { Notification } from '../core/notification/model/notification.ts';
import type { DeliveryRemark, SendResult } from '../core/notification/model/send-result.ts';
import { plainText } from '../core/notification/text/text-line.ts';
import type { Sink } from './sink.ts';
import { renderTemplate } from './template.ts';

/** As long as a remark on a receipt may be (UTF-16 units). */
const REMARK_LENGTH = 200;

/** A sink whose text is made by the user's own template. Where that fails, the built-in text goes out, and the receipt says so. */
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

/** For people; what goes to a program as it is, is the sink's own affair. */
function withText(notification: Notification, text: string): Notification {
  return { ...notification, text: plainText(text) };
}

/** A receiver that needs the template, and refuses the built-in text, must not hide that the template is the cause. */
function withRemark(result: SendResult, remark: DeliveryRemark): SendResult {
  if (result.kind === 'Delivered') return { ...result, remark };
  const message = cutText(`${result.message}; ${remark.message}`, REMARK_LENGTH, characters);
  return result.kind === 'Permanent' ? { ...result, reason: remark.reason, message } : { ...result, message };
}
