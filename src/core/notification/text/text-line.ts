import { cutText, characters } from '../../text.ts';

/** A line of prose is cut here (UTF-16 units); commands are never cut. Twelve such lines and three acts stay below 4,000. */
const LINE_LENGTH = 280;

/** One line of at most {@link LINE_LENGTH}; when it is too long, what comes before `ending` is cut. */
export function prose(text: string, ending = ''): string {
  return `${cutText(oneLine(text), LINE_LENGTH - ending.length, characters)}${ending}`;
}

/** Parts that there are, as one line; undefined when there are none. */
export function joined(parts: readonly (string | undefined)[], separator: string): string | undefined {
  const there = parts.filter((part) => part !== undefined);
  return there.length === 0 ? undefined : prose(there.join(separator));
}

/** What turns the direction of the text after it. */
const TURNING = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** Without line breaks, control characters and those that turn the direction of the text: messages come from upgrade containers. */
export function oneLine(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .replaceAll(TURNING, '')
    .trim();
}

/** Lines without what {@link oneLine} takes out of each; none before the first that says something, and spaces stay as they are. */
export function plainText(text: string): string {
  return text
    .replaceAll(/\r\n?|[\p{Zl}\p{Zp}]/gu, '\n')
    .replaceAll(/(?![\n\t])\p{Cc}/gu, '')
    .replaceAll(TURNING, '')
    .replace(/^\s*\n/, '');
}
