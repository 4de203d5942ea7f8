import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Notification } from '../../../../../src/core/notification/model/notification.ts';
import { teamsMessage } from '../../../../../src/notify/kinds/teams/teams-card.ts';
import { golden } from '../../../core/notification/golden.ts';
import { notificationOf } from '../../notification-of.ts';

const FOLDER = new URL('../../golden/', import.meta.url).pathname;

/** Teams' limit for the whole message. */
const MOST_BYTES = 28 * 1024;

function bytes(notification: Notification): number {
  return Buffer.byteLength(JSON.stringify(teamsMessage(notification)));
}

/** What a person sees, roughly: containers with their colour, code between lines. */
function seen(notification: Notification): string {
  const lines = teamsMessage(notification).attachments[0].content.body.map((element) => {
    if (element.type === 'RichTextBlock') return shown(element);
    return `[${element.style}]\n${element.items.map(shown).join('\n')}\n[/${element.style}]`;
  });
  return `${lines.join('\n')}\n`;
}

/** The runs of a line, those in bold between asterisks and small ones between parentheses. */
function shown({ inlines }: { readonly inlines: readonly { text: string; weight?: string; size?: string }[] }): string {
  return inlines
    .map(({ text, weight, size }) => (size === 'Small' ? `(${text})` : weight === 'Bolder' ? `*${text}*` : text))
    .join('');
}

function withText(text: string, commands: readonly string[] = []): Notification {
  return { ...notificationOf('clean'), text, commands: commands.map((command) => ({ purpose: 'Describe', command })) };
}

describe('A notification in Teams', () => {
  it.each(['clean', 'paused', 'thousand-failures'])('reads as in the golden file: %s', (name) => {
    const text = seen(notificationOf(name));
    expect(text).toBe(golden(`${FOLDER}teams-${name}.txt`, text));
  });

  it('of a thousand nodes that all failed with long messages is far below the limit', () => {
    expect(bytes(notificationOf('thousand-failures'))).toBeLessThan(8_000);
  });

  it.each([
    { sign: '🔴', action: 'Act', style: 'attention' },
    { sign: '🟡', action: 'Act', style: 'warning' },
    { sign: '🟡', action: 'None', style: 'warning' },
    { sign: '✅', action: 'None', style: 'good' },
    { sign: '🏁', action: 'None', style: 'good' },
    { sign: '🏁', action: 'Act', style: 'attention' },
    { sign: '⏳', action: 'None', style: 'accent' },
  ] as const)('with $sign and the action $action has the colour $style', ({ sign, action, style }) => {
    const notification = { ...withText(`${sign} prod · kernel`), action };
    expect(teamsMessage(notification).attachments[0].content.body[0]).toMatchObject({ style });
  });

  it('does not interpret Markdown in what processes write', () => {
    const text = '# [a](https://evil.example) **b** <at>anna</at> \\_ 1. x';
    expect(teamsMessage(withText(`x\n${text}`)).attachments[0].content.body[1]).toEqual({
      type: 'RichTextBlock',
      inlines: [{ type: 'TextRun', text }],
    });
  });

  it('links the runbook of the plan', () => {
    const url = 'https://wiki.example/kernel';
    const card = teamsMessage({ ...withText(`x\nRunbook: ${url}`), runbookUrl: url }).attachments[0].content;
    expect(card.body[1]).toMatchObject({
      inlines: [{ text: 'Runbook: ' }, { text: url, selectAction: { type: 'Action.OpenUrl', url } }],
    });
  });

  it('has each command completely, or not at all', () => {
    const short = 'kubectl describe ubatch a';
    const long = `kubectl ${'x'.repeat(5_000)}`;
    expect(seen(withText(`x\nLook: ${short}\nGo on: ${long}`, [short, long]))).toBe(
      '[accent]\n*x*\n[/accent]\n' +
        '*Look:*\n[emphasis]\nkubectl describe ubatch a\n[/emphasis]\n' +
        'Go on: too long for Teams, see the notification of another sink\n',
    );
  });

  it('says how many lines did not fit, and where they are', () => {
    const lines = Array.from({ length: 30 }, (_, i) => `${i} ${'設'.repeat(900)}`);
    const notification = withText(['x', ...lines].join('\n'));
    expect(bytes(notification)).toBeLessThan(MOST_BYTES);
    expect(seen(notification)).toContain('…and 22 more lines, see kubectl describe ubatch kernel-7f3c-4 -n fleet');
  });

  it('is below the limit whatever its text', () => {
    const line = fc.oneof(
      fc.string({ maxLength: 400 }),
      fc.constantFrom('"'.repeat(9_000), '👩‍👩‍👧'.repeat(900), '\u0001'.repeat(999), ''),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 70 }), (lines) => {
        expect(bytes(withText(lines.join('\n')))).toBeLessThan(MOST_BYTES);
      }),
    );
  });
});
