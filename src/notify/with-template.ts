import type { DeliveryRemark, SendResult } from '../core/notification/send-result.ts';
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
      if (rendered.kind === 'Rendered') return sink.preview({ ...notification, text: rendered.text }, rendered.text);
      return { ...sink.preview(notification), problem: rendered.message };
    },
    async send(notification, options) {
      const rendered = renderTemplate(template, notification);
      if (rendered.kind === 'Rendered') {
        const { text } = rendered;
        return sink.send({ ...notification, text }, { ...options, ownText: text });
      }
      return withRemark(await sink.send(notification, options), { reason: 'TemplateFailed', message: rendered.message });
    },
  };
}

/** A receiver that needs the template, and refuses the built-in text, must not hide that the template is the cause. */
function withRemark(result: SendResult, remark: DeliveryRemark): SendResult {
  if (result.kind === 'Delivered') return { ...result, remark };
  const message = `${result.message}; ${remark.message}`.slice(0, REMARK_LENGTH);
  return result.kind === 'Permanent' ? { ...result, reason: remark.reason, message } : { ...result, message };
}
