/** The 32 bits of FNV-1a, mixed by the end of MurmurHash3: by itself FNV-1a keeps names close together that differ in the last digit. */
function mixed(hash: number): number {
  let bits = hash;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

/**
 * The place of a text in an order that looks random and is always the same: 32 bits. It is no SHA-256, because a large fleet is put in
 * order in one go and nobody gains from forging it.
 */
export function rankOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return mixed(hash);
}
