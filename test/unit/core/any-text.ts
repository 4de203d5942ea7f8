import fc from 'fast-check';
import { jsonBytes } from '../../../src/core/fit.ts';
import { byteLength, characters, type Cost } from '../../../src/core/text.ts';

/** Graphemes of one to twenty-five bytes. */
const GRAPHEMES = ['a', '"', '&', '<', ' ', '\n', 'é', 'e\u0301', '設', '🚀', '🇩🇪', '👩‍👩‍👧', '\\'];
/** Texts of such graphemes. */
export const anyText = fc.array(fc.constantFrom(...GRAPHEMES), { maxLength: 60 }).map((parts) => parts.join(''));

const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** The units in which receivers limit a text. */
export const COSTS: readonly { readonly name: string; readonly cost: Cost }[] = [
  { name: 'bytes', cost: byteLength },
  { name: 'characters', cost: characters },
  { name: 'bytes within JSON', cost: jsonBytes },
  { name: 'characters once escaped', cost: (text) => escape(text).length },
];
