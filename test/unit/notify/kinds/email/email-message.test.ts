import { describe, expect, it } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import type { Notification } from '../../../../../src/core/notification/model/notification.ts';
import { byteLength } from '../../../../../src/core/text.ts';
import { emailMessage } from '../../../../../src/notify/kinds/email/email-message.ts';
import { golden } from '../../../core/notification/golden.ts';
import { notificationOf } from '../../notification-of.ts';

const FROM = 'baton@example.com';
/** Where Gmail cuts a mail off. */
const GMAIL_BYTES = 102_400;

function goldenFile(name: string): string {
  return fileURLToPath(new URL(`../../golden/${name}`, import.meta.url));
}

describe('The email of a notification', () => {
  it.each(['clean', 'paused', 'done', 'thousand-failures'])('reads as its golden files: %s', (scenario) => {
    const { subject, text, html } = emailMessage(notificationOf(scenario), FROM);
    const plain = `Subject: ${subject}\n\n${text}`;

    expect(plain).toBe(golden(goldenFile(`email-${scenario}.txt`), plain));
    expect(html).toBe(golden(goldenFile(`email-${scenario}.html`), html));
  });

  it('about a thousand failures is cut to the size that mail programs show, and says where the rest is', () => {
    const { text, html } = emailMessage(notificationOf('thousand-failures'), FROM);

    expect(byteLength(html)).toBeLessThan(GMAIL_BYTES);
    expect(byteLength(text)).toBeLessThan(32_000);
    for (const part of [text, html]) {
      expect(part).toMatch(/and \d{3} more, see kubectl describe ubatch kernel-7f3c-4 -n fleet/);
      expect(part).toContain('設定ファイルが見つかりません');
    }
    expect(html.trimEnd().endsWith('</html>')).toBe(true);
  });

  it('cuts a long text of a template to the size that mail programs show', () => {
    const lines = Array.from({ length: 2_000 }, (_, i) => `${i} ${'&'.repeat(100)}`);

    const { html } = emailMessage({ ...notificationOf('thousand-failures'), text: ['x', ...lines].join('\n') }, FROM);

    expect(byteLength(html)).toBeLessThan(GMAIL_BYTES);
    expect(html).toMatch(/…and \d+ more lines, see kubectl describe ubatch/);
  });

  it.each(['clean', 'paused', 'thousand-failures'])('closes every tag that it opens: %s', (scenario) => {
    const { html } = emailMessage(notificationOf(scenario), FROM);

    for (const tag of ['table', 'tr', 'td', 'p', 'pre', 'b', 'h1', 'h2', 'div', 'body']) {
      const opened = html.match(new RegExp(`<${tag}[ >]`, 'g'))?.length ?? 0;
      expect([tag, html.split(`</${tag}>`).length - 1]).toEqual([tag, opened]);
    }
  });

  it('shows external text as text', () => {
    const paused = notificationOf('paused');
    const message = `<img src=x onerror=alert(1)> & "quotes" \u202eevil`;
    const notification: Notification = {
      ...paused,
      text: `${message}\n${message}`,
      nodes: paused.nodes.map((node) => ({ ...node, message })),
      causes: paused.causes.map((cause) => ({ ...cause, message, nodes: '<b>' })),
    };

    const { html } = emailMessage(notification, FROM);

    expect(html).not.toContain('<img');
    expect(html).toContain('&lt;img src=x onerror=alert(1)&gt; &amp; &quot;quotes&quot;');
  });

  it('names each cause once', () => {
    const { html } = emailMessage(notificationOf('paused'), FROM);

    expect(html.split('image pull: 503 from registry.example')).toHaveLength(1 + 1 + 7);
  });

  it('has the first line as its subject', () => {
    const { text } = notificationOf('paused');

    expect(emailMessage(notificationOf('paused'), FROM).subject).toBe(text.split('\n')[0]);
  });
});
