import { describe, expect, it } from '@jest/globals';
import { splitLines } from '../../../../src/kube/client/json-lines.ts';

// eslint-disable-next-line @typescript-eslint/require-await -- a stream of bytes is asynchronous
async function* inChunks(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

async function linesOf(text: string, size: number): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of splitLines(inChunks(text, size))) lines.push(line);
  return lines;
}

describe('splitLines', () => {
  it.each([1, 2, 3, 7, 1000])('finds the lines in chunks of %d bytes, which may split a character', async (size) => {
    expect(await linesOf('{"a":"ü€😀"}\n\n{"b":"one\u2028line"}\n', size)).toEqual(['{"a":"ü€😀"}', '{"b":"one\u2028line"}']);
  });

  it('throws when the end is missing', async () => {
    await expect(linesOf('{"a":1}\n{"b"', 5)).rejects.toThrow('in the middle of a line');
  });
});
