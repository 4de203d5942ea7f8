import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Notification } from '../../../src/core/notification/notification.ts';
import { slackMessage } from '../../../src/notify/slack-message.ts';
import { golden } from '../notification/golden.ts';
import { scenarioNotification } from './scenario-notification.ts';
import { blocksProblem } from './slack-limits.ts';

const FOLDER = new URL('golden/', import.meta.url).pathname;

/** What a person sees, roughly. */
function seen(notification: Notification): string {
  const unescape = (text: string): string => text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
  return `${slackMessage(notification)
    .blocks.map(({ type, text }) => `[${type}]\n${type === 'header' ? text.text : unescape(text.text)}`)
    .join('\n')}\n`;
}

/** A notification with this text; of what looks like a command, `commands` are. */
function withText(text: string, commands: readonly string[] = []): Notification {
  return { ...scenarioNotification('clean'), text, commands: commands.map((command) => ({ purpose: 'Describe', command })) };
}

describe('A notification in Slack', () => {
  it.each(['clean', 'paused', 'thousand-failures'])('reads as in the golden file: %s', (name) => {
    const text = seen(scenarioNotification(name));
    expect(text).toBe(golden(`${FOLDER}slack-${name}.txt`, text));
  });

  it('of a thousand nodes that all failed with long messages is within the limits', () => {
    const { text, blocks } = slackMessage(scenarioNotification('thousand-failures'));
    expect(blocksProblem(blocks)).toBeUndefined();
    expect(text.length).toBeLessThanOrEqual(4_000);
    expect(Buffer.byteLength(JSON.stringify({ text, blocks }))).toBeLessThan(12_000);
  });

  it('cannot mention anybody, whatever the processes write', () => {
    const { text, blocks } = slackMessage(withText('x\n<!channel> <@U012> & </script> `rm`'));
    expect(text).toBe('x\n&lt;!channel&gt; &lt;@U012&gt; &amp; &lt;/script&gt; `rm`');
    expect(blocks[1]?.text).toEqual({
      type: 'mrkdwn',
      text: '&lt;!channel&gt; &lt;@U012&gt; &amp; &lt;/script&gt; `rm`',
      verbatim: true,
    });
  });

  it('keeps a headline whole that is too long for a header, because it says whether to act', () => {
    const headline = `🔴 ${'cluster-'.repeat(20)} · ACT`;
    expect(slackMessage(withText(headline)).blocks[0]).toMatchObject({ type: 'section', text: { text: headline } });
  });

  it('has each command as code that is whole, or not at all', () => {
    const short = "kubectl create -f - <<<'{}'";
    const long = `kubectl ${'x'.repeat(3_000)}`;
    const { blocks } = slackMessage(withText(`x\nGo on: ${short}\nLook: ${long}`, [short, long]));
    expect(blocks.map(({ text }) => text.text)).toEqual([
      'x',
      "Go on:\n```kubectl create -f - &lt;&lt;&lt;'{}'```",
      'Look: too long for Slack, see the notification of another sink',
    ]);
  });

  it('says how many lines did not fit, and where they are', () => {
    const lines = Array.from({ length: 30 }, (_, i) => `${i} ${'&'.repeat(500)}`);
    const { text, blocks } = slackMessage(withText(['x', ...lines].join('\n')));
    expect(blocksProblem(blocks)).toBeUndefined();
    expect(blocks.at(-1)?.text.text).toBe('…and 26 more lines, see kubectl describe ubatch kernel-7f3c-4 -n fleet');
    expect(text.length).toBeLessThanOrEqual(4_000);
    expect(text).toContain('more lines, see kubectl describe ubatch');
  });

  it('has no more blocks than Slack takes', () => {
    const commands = Array.from({ length: 60 }, (_, i) => `kubectl get node-${i}`);
    const { blocks } = slackMessage(withText(['x', ...commands.map((command) => `Look: ${command}`)].join('\n'), commands));
    expect(blocksProblem(blocks)).toBeUndefined();
    expect(blocks.at(-1)?.text.text).toContain('…and 12 more lines, see kubectl describe ubatch');
  });

  it('is taken by Slack whatever its text', () => {
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
