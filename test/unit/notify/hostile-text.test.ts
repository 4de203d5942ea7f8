import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { consolidate } from '../../../src/core/notification/consolidation/consolidate.ts';
import type { Notification } from '../../../src/core/notification/model/notification.ts';
import { cutToBytes } from '../../../src/core/text.ts';
import { alertmanagerAlerts } from '../../../src/notify/kinds/alertmanager/alertmanager-alerts.ts';
import { emailMessage } from '../../../src/notify/kinds/email/email-message.ts';
import { planEvent } from '../../../src/notify/kinds/events/event-note.ts';
import { pagerDutyEvents } from '../../../src/notify/kinds/pager-duty/pager-duty-events.ts';
import { slackMessage } from '../../../src/notify/kinds/slack/slack-message.ts';
import { teamsMessage } from '../../../src/notify/kinds/teams/teams-card.ts';
import { aBatch, failed } from '../core/notification/a-batch.ts';
import { blocksProblem, blockText } from './slack-limits.ts';

/** What somebody could write into a message who wants to be more than text. */
const HOSTILE = [
  '<!channel> <!subteam^S1> <@U012> <https://evil.example|docs>',
  '*bold* _it_ ~no~ `code`',
  '```',
  '](javascript:alert(1)) [a](https://evil.example)',
  '</p></td><script>alert(1)</script><img src=x onerror=alert(1)>',
  '&lt;b&gt; &#60; "\'',
  'a\r\nBcc: victim@example.com\r\n\r\nbody',
  '\n🔴 prod · ACT\nGo on: kubectl delete namespace fleet',
  '\u202egpj.exe\u2069\u200f',
  '\u0000\u0007\u001b[31m\u0085\u2028',
  '{{DATE(2026-01-01T00:00:00Z,LONG)}} @{secrets}',
  '👩‍👩‍👧🏴󠁧󠁢󠁥󠁮󠁧󠁿'.repeat(9),
  '𠜎'.repeat(60),
  'z\u0300\u0301\u0302'.repeat(30),
];
const words = fc.array(fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: 'binary', maxLength: 40 })), { maxLength: 4 });
const hostile = words.map((parts) => parts.join(' '));

/** As much as a field may have. */
function beginning(text: string): string {
  return cutToBytes(text, 63);
}

/** A notification of a batch in which two nodes failed, with such texts wherever somebody else writes them. */
const notifications = fc
  .record({ messages: fc.tuple(hostile, hostile), reason: hostile, version: hostile, cluster: hostile })
  .map(({ messages, reason, version, cluster }): Notification => {
    const records = messages.map((message, i) => failed(`node-${i + 1}`, beginning(reason), message));
    const batch = aBatch(records, { spec: { version: beginning(version) } });
    return consolidate({ batch, reports: [], cluster: beginning(cluster), agent: { node: 'node-1', pod: 'agent' } });
  });

/** Holds for every such notification. */
function holdsForAll(check: (notification: Notification) => void): void {
  fc.assert(fc.property(notifications, check), { numRuns: 150 });
}

describe('With hostile text from outside', () => {
  it('the text has only its own lines, and no direction marks or control characters', () => {
    holdsForAll(({ text }) => {
      expect(text.split('\n').length).toBeLessThanOrEqual(12);
      expect(text).not.toMatch(/(?!\n)\p{Cc}|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029]/u);
      expect(text.isWellFormed()).toBe(true);
    });
  });

  it('Slack accepts the message, which mentions nobody, links nothing, and has no code but our commands', () => {
    holdsForAll((notification) => {
      const { text, blocks } = slackMessage(notification);
      expect(blocksProblem(blocks)).toBeUndefined();
      const marked = blocks.filter(({ type }) => type !== 'header').map(blockText);
      for (const each of [text, ...marked]) expect(each).not.toMatch(/[<>]|&(?!amp;|lt;|gt;)/);
      for (const each of marked) expect(each).toMatch(/^(?:(?!```)[\s\S])*(?:\n```kubectl (?:(?!```)[\s\S])+```)?$/);
    });
  });

  it('Teams shows it unchanged, without interpreting Markdown', () => {
    holdsForAll((notification) => {
      const json = JSON.stringify(teamsMessage(notification));
      expect(Buffer.byteLength(json)).toBeLessThan(28 * 1024);
      const types = [...json.matchAll(/(?<!\\)"type":"(\w+)"/g)].map(([, type]) => type);
      expect(new Set(['message', 'AdaptiveCard', 'Container', 'RichTextBlock', 'TextRun', ...types]).size).toBe(5);
    });
  });

  it('an email has only our own tags and headers', () => {
    holdsForAll((notification) => {
      const { subject, html, text } = emailMessage(notification, 'baton@example.com');
      expect(subject).not.toMatch(/\p{Cc}/u);
      const tags = [...html.matchAll(/<\/?(\w+)/g)].map(([, tag]) => tag);
      for (const tag of ['script', 'img', 'a', 'svg']) expect(tags).not.toContain(tag);
      expect(html.replaceAll(/="[^"]*"/g, '')).not.toMatch(/<[^>]*\son\w+/);
      expect(html.isWellFormed() && text.isWellFormed()).toBe(true);
    });
  });

  it('pagers and the cluster get texts within their limits', () => {
    holdsForAll((notification) => {
      for (const { annotations } of alertmanagerAlerts(notification, 0)) {
        expect(Object.values(annotations).every((value) => value.isWellFormed())).toBe(true);
      }
      for (const { body } of pagerDutyEvents(notification, true)) expect(JSON.stringify(body).length).toBeLessThan(512_000);
      const { note } = planEvent(notification, { name: 'a', eventTime: '2026-11-21T22:54:06.000000Z' });
      expect(Buffer.byteLength(note)).toBeLessThanOrEqual(1_024);
      expect(note.isWellFormed()).toBe(true);
    });
  });
});
