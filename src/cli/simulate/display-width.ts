// One visible character may consist of several code points: flags, families, letters with combining accents.
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Characters that terminals draw in two columns: emoji, and the wide ranges of Unicode's East Asian Width. */
const WIDE =
  /\p{Emoji_Presentation}|\uFE0F|[\u1100-\u115F\u2E80-\u303E\u3041-\u33FF\u3400-\u4DBF\u4E00-\u9FFF\uA000-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]/u;

/** How many columns of a terminal a text takes. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += WIDE.test(segment) ? 2 : 1;
  return width;
}

/** Cuts a text to a number of columns. A cut text ends with an ellipsis. */
export function cutToWidth(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  let room = columns - 1;
  let end = 0;
  for (const { segment, index } of graphemes.segment(text)) {
    room -= WIDE.test(segment) ? 2 : 1;
    if (room < 0) break;
    end = index + segment.length;
  }
  return `${text.slice(0, end)}…`;
}

/** Pads a text with spaces, or cuts it, so that it takes exactly a number of columns. */
export function fitToWidth(text: string, columns: number): string {
  const cut = cutToWidth(text, columns);
  return cut + ' '.repeat(Math.max(0, columns - displayWidth(cut)));
}

/** Breaks a text between words into lines of at most `columns`. A word that is longer has a line of its own. */
export function wrapText(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && displayWidth(line) + 1 + displayWidth(word) > columns) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
