import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Notification } from '../../../../../src/core/notification/model/notification.ts';
import { slackMessage } from '../../../../../src/notify/kinds/slack/slack-message.ts';
import { golden } from '../../../core/notification/golden.ts';
import { notificationOf } from '../../notification-of.ts';
import { blocksProblem, blockText } from '../../slack-limits.ts';

const FOLDER = new URL('../../golden/', import.meta.url).pathname;

/** What a person sees, roughly. */
function seen(notification: Notification): string {
  const unescape = (text: string): string => text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
  return `${slackMessage(notification)
    .blocks.map((block) => `[${block.type}]\n${block.type === 'header' ? block.text.text : unescape(blockText(block))}`)
    .join('\n')}\n`;
}

/** A notification with this text; of what looks like a command, `commands` are. */
function withText(text: string, commands: readonly string[] = []): Notification {
  return { ...notificationOf('clean'), text, commands: commands.map((command) => ({ purpose: 'Describe', command })) };
}

describe('A notification in Slack', () => {
  it.each(['clean', 'paused', 'thousand-failures'])('reads as in the golden file: %s', (name) => {
    const text = seen(notificationOf(name));
    expect(text).toBe(golden(`${FOLDER}slack-${name}.txt`, text));
  });

  it('of a thousand nodes that all failed with long messages is within the limits', () => {
    const { text, blocks } = slackMessage(notificationOf('thousand-failures'));
    expect(blocksProblem(blocks)).toBeUndefined();
    expect(text.length).toBeLessThanOrEqual(4_000);
    expect(Buffer.byteLength(JSON.stringify({ text, blocks }))).toBeLessThan(12_000);
  });

  it('cannot mention anybody, whatever the processes write', () => {
    const { text, blocks } = slackMessage(withText('x\n<!channel> <@U012> & </script> `rm`'));
    expect(text).toBe('x\n&lt;!channel&gt; &lt;@U012&gt; &amp; &lt;/script&gt; `rm`');
    expect(blocks[1]).toEqual({
      type: 'section',
      text: { type: 'mrkdwn', text: '&lt;!channel&gt; &lt;@U012&gt; &amp; &lt;/script&gt; `rm`', verbatim: true },
    });
  });

  it('does not cut a headline that is too long for a header, because it says whether to act', () => {
    const headline = `🔴 ${'cluster-'.repeat(20)} · ACT`;
    expect(slackMessage(withText(headline)).blocks[0]).toMatchObject({ type: 'section', text: { text: headline } });
  });

  it('has each command completely as code, or not at all', () => {
    const short = "kubectl create -f - <<<'{}'";
    const long = `kubectl ${'x'.repeat(3_000)}`;
    const { blocks } = slackMessage(withText(`x\nGo on: ${short}\nLook: ${long}`, [short, long]));
    expect(blocks.map(blockText)).toEqual([
      'x',
      "*Go on:*\n```kubectl create -f - &lt;&lt;&lt;'{}'```",
      'Look: too long for Slack, see the notification of another sink',
    ]);
  });

  it('shows causes in bold, and the agent in small print', () => {
    const { blocks } = slackMessage(
      withText('x\n2× JobFailed (kernel): no *space* · node-1\nand 3 more causes: 4 nodes\nrev 7f3c · agent node-1'),
    );
    expect(blocks.slice(1)).toMatchObject([
      { type: 'section', text: { text: '*2× JobFailed (kernel)*: no *space* · node-1\n*and 3 more causes*: 4 nodes' } },
      { type: 'context', elements: [{ text: 'rev 7f3c · agent node-1' }] },
    ]);
  });

  it('links the runbook of the plan, and nothing else', () => {
    const runbookUrl = 'https://wiki.example/a?b=1&c=<d>|e';
    const text = `x\n1× A: https://evil.example\nRunbook: ${runbookUrl}\nrev 7f3c`;
    const { blocks } = slackMessage({ ...withText(text), runbookUrl });
    expect(blocks.slice(1, 3).map(blockText)).toEqual([
      '*1× A*: https://evil.example',
      '*Runbook:* <https://wiki.example/a?b=1&amp;c=%3Cd%3E%7Ce>',
    ]);
  });

  it('does not turn what is between the messages of two processes into code', () => {
    const { blocks } = slackMessage(withText('x\n1× A: ``` · node-1\nPaused: act\n1× B: ```` · node-2'));
    expect(blockText(blocks[1] ?? {})).not.toContain('```');
  });

  it('says how many lines did not fit, and where they are', () => {
    const lines = Array.from({ length: 30 }, (_, i) => `${i} ${'&'.repeat(500)}`);
    const { text, blocks } = slackMessage(withText(['x', ...lines].join('\n')));
    expect(blocksProblem(blocks)).toBeUndefined();
    expect(blockText(blocks.at(-1) ?? {})).toBe('…and 26 more lines, see kubectl describe ubatch kernel-7f3c-4 -n fleet');
    expect(text.length).toBeLessThanOrEqual(4_000);
    expect(text).toContain('more lines, see kubectl describe ubatch');
  });

  it('has no more blocks than Slack accepts', () => {
    const commands = Array.from({ length: 60 }, (_, i) => `kubectl get node-${i}`);
    const { blocks } = slackMessage(withText(['x', ...commands.map((command) => `Look: ${command}`)].join('\n'), commands));
    expect(blocksProblem(blocks)).toBeUndefined();
    expect(blockText(blocks.at(-1) ?? {})).toContain('…and 12 more lines, see kubectl describe ubatch');
  });

  it('is accepted by Slack, whatever its text', () => {
    const line = fc.oneof(fc.string({ maxLength: 400 }), fc.constantFrom('&'.repeat(3_500), '👩‍👩‍👧'.repeat(900), ''));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 70 }), (lines) => {
        const { text, blocks } = slackMessage(withText(lines.join('\n')));
        expect(blocksProblem(blocks)).toBeUndefined();
        expect(text.length).toBeLessThanOrEqual(4_000);
      }),
    );
  });
});
