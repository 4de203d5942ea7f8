/** Parts of a message that vary from node to node, and their replacements. */
const VARYING: readonly (readonly [RegExp, string])[] = [
  // An image's digest and tag, but not the port of its registry.
  [/@sha256:[0-9a-f]+/gi, '@#'],
  [/((?:^|[\s"'(])[\w.-]+(?::\d+)?(?:\/[\w.-]+)+):[\w.-]+/g, '$1:#'],
  // UUIDs, hashes, addresses, and the suffixes of generated names.
  [/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi, '#'],
  [/\b0x[0-9a-f]+\b/gi, '#'],
  [/\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{7,}\b/gi, '#'],
];

/** A number. The group matches three digits on their own, which are not part of a version or an address. */
const NUMBER = /(?<![\w.:-])(\d{3})(?![\w-]|[.:]\d)|\d+/g;
const HTTP_FAILURE = /^[45]\d\d$/;

/**
 * Equal for messages that differ only in numbers, hashes, tags and digests of images, addresses or times. HTTP failures such as `503` and
 * `404` differ, because they say what is wrong.
 */
export function messageFingerprint(message: string): string {
  return VARYING.reduce((text, [pattern, by]) => text.replaceAll(pattern, by), message).replaceAll(NUMBER, (_, alone?: string) =>
    alone !== undefined && HTTP_FAILURE.test(alone) ? alone : '#',
  );
}
