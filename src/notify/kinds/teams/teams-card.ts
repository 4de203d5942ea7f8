import { jsonBytes } from '../../../core/fit.ts';
import type { Notification } from '../../../core/notification/model/notification.ts';
import { byteLength, cutText } from '../../../core/text.ts';
import { messageLines, moreLines, type MessageLine, type ProseLine } from '../../message-lines.ts';

/** A message for a webhook of Teams, with one Adaptive Card. */
export interface TeamsMessage {
  readonly type: 'message';
  readonly attachments: readonly [
    {
      readonly contentType: 'application/vnd.microsoft.card.adaptive';
      readonly contentUrl: null;
      readonly content: AdaptiveCard;
    },
  ];
}

/** The parts of an Adaptive Card (https://adaptivecards.io) that are used here. All clients of Teams support version 1.4. */
export interface AdaptiveCard {
  readonly $schema: 'http://adaptivecards.io/schemas/adaptive-card.json';
  readonly type: 'AdaptiveCard';
  readonly version: '1.4';
  readonly msteams: { readonly width: 'Full' };
  /** For clients that do not support cards. */
  readonly fallbackText: string;
  readonly body: readonly CardElement[];
}

/** RichTextBlock, unlike TextBlock, does not interpret Markdown, so that text needs no escaping. */
type CardElement = RichText | Container;

interface Container {
  readonly type: 'Container';
  readonly style: Style;
  readonly spacing?: 'Small';
  readonly items: readonly RichText[];
}

interface RichText {
  readonly type: 'RichTextBlock';
  readonly inlines: readonly TextRun[];
}

interface TextRun {
  readonly type: 'TextRun';
  readonly text: string;
  readonly weight?: 'Bolder';
  readonly size?: 'Small' | 'Medium';
  readonly isSubtle?: true;
  readonly fontType?: 'Monospace';
  readonly selectAction?: { readonly type: 'Action.OpenUrl'; readonly url: string };
}

type Style = 'good' | 'warning' | 'attention' | 'accent' | 'emphasis';

/** Maximum sizes (bytes). Teams' limit for a message is 28 KB, but how it counts is not documented. */
const MAX_MESSAGE_BYTES = 24_000;
const MAX_HEADLINE_BYTES = 2_000;
const MAX_LINE_BYTES = 4_000;

/** The colours of headlines, by the emoji that they begin with. */
const STYLES: readonly (readonly [string, Style])[] = [
  ['🔴', 'attention'],
  ['🟡', 'warning'],
  ['✅', 'good'],
  ['🏁', 'good'],
];

/** A notification as a message for Teams. It is always within Teams' limit; lines that do not fit are counted. */
export function teamsMessage(notification: Notification): TeamsMessage {
  const { headline, lines } = messageLines(notification);
  const title = cutText(headline, MAX_HEADLINE_BYTES, jsonBytes);
  const header: CardElement = {
    type: 'Container',
    style: styleOf(notification.action, headline),
    items: [richText({ text: title.trim() === '' ? 'Baton' : title, weight: 'Bolder', size: 'Medium' })],
  };
  const more = (left: number): CardElement => richText({ text: moreLines(left, notification) });
  const frame = message([header, more(lines.length)], title);

  let room = MAX_MESSAGE_BYTES - byteLength(JSON.stringify(frame));
  let left = lines.length;
  const body: CardElement[] = [header];
  for (const line of lines) {
    const elements = elementsOf(line);
    room -= byteLength(JSON.stringify(elements));
    if (room < 0) break;
    body.push(...elements);
    left -= 1;
  }
  return message(left === 0 ? body : [...body, more(left)], title);
}

function styleOf(action: Notification['action'], headline: string): Style {
  const style = STYLES.find(([sign]) => headline.startsWith(sign))?.[1] ?? 'accent';
  // A rollout that ends with nodes to repair is not good.
  return action === 'Act' && style !== 'warning' ? 'attention' : style;
}

function message(body: readonly CardElement[], fallbackText: string): TeamsMessage {
  const content: AdaptiveCard = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    msteams: { width: 'Full' },
    fallbackText,
    body,
  };
  return {
    type: 'message',
    attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content }],
  };
}

function elementsOf(line: MessageLine): readonly CardElement[] {
  if (line.kind === 'Prose') return line.text.trim() === '' ? [] : [proseText(line)];
  if (line.kind === 'Link') return [linkText(line.intro, line.url)];
  if (line.kind === 'Footer') return [richText({ text: fit(line.text), size: 'Small', isSubtle: true })];
  // A command that was cut would be another command.
  if (jsonBytes(line.command) > MAX_LINE_BYTES) {
    return [richText({ text: `${line.intro} too long for Teams, see the notification of another sink` })];
  }
  const code = richText({ text: line.command, fontType: 'Monospace' });
  return [
    ...(line.intro === '' ? [] : [richText({ text: line.intro, weight: 'Bolder' })]),
    { type: 'Container', style: 'emphasis', spacing: 'Small', items: [code] },
  ];
}

function proseText({ text, lead }: ProseLine): RichText {
  const fitted = fit(text);
  if (lead === '' || !fitted.startsWith(lead)) return richText({ text: fitted });
  const rest = fitted.slice(lead.length);
  return richText({ text: lead, weight: 'Bolder' }, ...(rest === '' ? [] : [{ text: rest }]));
}

function linkText(intro: string, url: string): RichText {
  return richText({ text: `${intro} `, weight: 'Bolder' }, { text: url, selectAction: { type: 'Action.OpenUrl', url } });
}

function fit(text: string): string {
  return cutText(text, MAX_LINE_BYTES, jsonBytes);
}

function richText(...runs: readonly Omit<TextRun, 'type'>[]): RichText {
  return { type: 'RichTextBlock', inlines: runs.map((run) => ({ type: 'TextRun', ...run })) };
}
