import { isJsonObject } from '../../../core/json.ts';

/** Values as Go prints them, because error messages of the API server contain them. */

const ESCAPES: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  '"': '\\"',
};

/** A string as `%q` prints it. */
export function goQuote(text: string): string {
  const escaped = text.replaceAll(/["\\]|[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x80) return ESCAPES[character] ?? `\\x${code.toString(16).padStart(2, '0')}`;
    return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
  });
  return `"${escaped}"`;
}

/** A JSON number as `%v` prints the float64 that Go reads it into. */
export function goFloat(value: number): string {
  const [digits = '', exponentText = '0'] = value.toExponential().split('e');
  const exponent = Number(exponentText);
  if (exponent >= -4 && exponent < 6) return plainDecimal(value, exponent);
  return `${digits}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

function plainDecimal(value: number, exponent: number): string {
  return exponent < 0 ? value.toFixed(Math.min(100, significantDigits(value) - exponent - 1)) : String(value);
}

function significantDigits(value: number): number {
  return (value.toExponential().split('e')[0] ?? '').replace(/[-.]/g, '').length;
}

/** Whether Go reads a JSON number as an int64; all others are float64. */
export function isGoInteger(value: number): boolean {
  return Number.isInteger(value) && Math.abs(value) < 2 ** 63;
}

/** A value as Go's json.Marshal writes it: keys sorted, HTML characters escaped. */
export function goJson(value: unknown): string {
  return JSON.stringify(value ?? null, (_key, inner: unknown) =>
    isJsonObject(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
  ).replaceAll(/[<>&\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
