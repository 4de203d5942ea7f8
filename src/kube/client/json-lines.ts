/**
 * Splits a stream of bytes into lines. `node:readline` also splits at U+2028 and U+2029, which JSON may contain. Throws when the stream
 * ends in the middle of a line.
 */
export async function* splitLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  // The pieces of a long line are joined only once, at its end.
  let pieces: string[] = [];
  for await (const chunk of chunks) {
    const parts = decoder.decode(chunk, { stream: true }).split('\n');
    const rest = parts.pop() ?? '';
    for (const part of parts) {
      const line = pieces.join('') + part;
      pieces = [];
      if (line !== '') yield line;
    }
    if (rest !== '') pieces.push(rest);
  }
  if (pieces.length > 0) throw new Error('the stream ended in the middle of a line');
}
