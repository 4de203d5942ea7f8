const encoder = new TextEncoder();

/** Size of a text in bytes of UTF-8. */
export function byteLength(text: string): number {
  return encoder.encode(text).length;
}

/** Cuts `text` to at most `limit` bytes of UTF-8 without splitting a code point. A cut text ends with an ellipsis if that fits. */
export function cutToBytes(text: string, limit: number): string {
  if (byteLength(text) <= limit) return text;
  const ellipsis = byteLength('…') <= limit ? '…' : '';
  let cut = '';
  let size = byteLength(ellipsis);
  for (const character of text) {
    size += byteLength(character);
    if (size > limit) break;
    cut += character;
  }
  return `${cut}${ellipsis}`;
}

/** An instant as RFC 3339 in UTC and whole seconds, the format of Kubernetes' Time. */
export function toRfc3339(instant: number): string {
  return `${new Date(instant).toISOString().slice(0, 19)}Z`;
}

/** An instant in the format of Kubernetes' MicroTime. */
export function toMicroTime(instant: number): string {
  return new Date(instant).toISOString().replace('Z', '000Z');
}

/** Parses an RFC 3339 time; undefined when absent or invalid. */
export function toInstant(time: string | undefined): number | undefined {
  if (time === undefined) return undefined;
  const instant = Date.parse(time);
  return Number.isNaN(instant) ? undefined : instant;
}

/** `3 nodes`, `1 node`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** Compares names so that node-2 sorts before node-10. */
export function compareNames(a: string, b: string): number {
  const left = a.split(/(\d+)/);
  const right = b.split(/(\d+)/);
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const x = left[i] ?? '';
    const y = right[i] ?? '';
    if (x === y) continue;
    const numeric = Number(x) - Number(y);
    if (i % 2 === 1 && numeric !== 0) return numeric;
    return x < y ? -1 : 1;
  }
  return left.length - right.length;
}
