import { cutText, characters } from '../../text.ts';

/** Maximum length of a line of prose (UTF-16 code units). Commands are never cut. Twelve such lines and three commands have less than 4,000. */
const MAX_LINE_LENGTH = 280;

/** One line of at most {@link MAX_LINE_LENGTH}. If it is too long, the part before `ending` is cut. */
export function prose(text: string, ending = ''): string {
  return `${cutText(oneLine(text), MAX_LINE_LENGTH - ending.length, characters)}${ending}`;
}

/** The parts that are defined, as one line; undefined if there are none. */
export function joined(parts: readonly (string | undefined)[], separator: string): string | undefined {
  const present = parts.filter((part) => part !== undefined);
  return present.length === 0 ? undefined : prose(present.join(separator));
}

/** Characters that change the direction of the text after them. */
const DIRECTION_MARKS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** Removes line breaks, control characters and direction marks, because messages come from upgrade containers. */
export function oneLine(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .replaceAll(DIRECTION_MARKS, '')
    .trim();
}

/** Removes from each line what {@link oneLine} removes, except spaces, and empty lines at the beginning. */
export function plainText(text: string): string {
  return text
    .replaceAll(/\r\n?|[\p{Zl}\p{Zp}]/gu, '\n')
    .replaceAll(/(?![\n\t])\p{Cc}/gu, '')
    .replaceAll(DIRECTION_MARKS, '')
    .replace(/^\s*\n/, '');
}
