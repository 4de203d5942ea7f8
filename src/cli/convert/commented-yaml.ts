import { Document, isMap, isNode, isPair, isScalar, isSeq, type Pair } from 'yaml';
import type { Note } from '../../core/convert/note.ts';

const WIDTH = 110;

/** An object as YAML, with each note as a comment above its field. A note on a missing field is put above its nearest existing parent. */
export function commentedYaml(object: object, notes: readonly Note[]): string {
  const document = new Document(object);
  for (const { path, text } of notes) {
    const place = placeOf(document, path);
    if (place === undefined) document.commentBefore = joined(document.commentBefore, text, WIDTH);
    else place.commentBefore = joined(place.commentBefore, text, WIDTH - 2 * path.length);
  }
  return document.toString({ lineWidth: 0 });
}

interface Commentable {
  commentBefore?: string | null;
}

/** The node at the end of the longest existing part of the path; undefined when no part exists. */
function placeOf(document: Document, path: Note['path']): Commentable | undefined {
  for (let length = path.length; length > 0; length--) {
    const parent = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
    const last = path[length - 1];
    if (isMap(parent)) {
      const pair = parent.items.find((candidate): candidate is Pair => isPair(candidate) && keyOf(candidate) === last);
      if (pair !== undefined && isNode(pair.key)) return pair.key;
    }
    if (isSeq(parent) && typeof last === 'number') {
      const item = parent.items[last];
      if (isNode(item)) return item;
    }
  }
  return undefined;
}

function keyOf({ key }: Pair): unknown {
  return isScalar(key) ? key.value : key;
}

function joined(before: string | null | undefined, text: string, width: number): string {
  const lines = wrap(text, width).map((line) => ` ${line}`);
  return [...(before === null || before === undefined ? [] : [before]), ...lines].join('\n');
}

function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
