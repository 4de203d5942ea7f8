import { expect, it } from '@jest/globals';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { isSameJson } from '../../../src/core/json.ts';

const value = fc.object({
  maxDepth: 3,
  key: fc.constantFrom('a', 'b', 'c'),
  values: [fc.constantFrom(undefined, null, 0, 1, '', 'x', true)],
  withNullPrototype: false,
});

it('Values are the same if their JSON is', () => {
  const parsed = (object: object): unknown => JSON.parse(JSON.stringify(object));
  fc.assert(
    fc.property(value, value, (a, b) => isSameJson({ a }, { a: b }) === isDeepStrictEqual(parsed({ a }), parsed({ a: b }))),
    { numRuns: 2000 },
  );
});

it.each([
  { a: { x: undefined }, b: {}, same: true },
  { a: { x: undefined }, b: { y: 1 }, same: false },
  { a: [1, 2], b: [1, 2], same: true },
  { a: [1], b: { 0: 1 }, same: false },
  { a: null, b: {}, same: false },
])('An undefined field equals an absent one: $a and $b', ({ a, b, same }) => {
  expect([isSameJson(a, b), isSameJson(b, a)]).toEqual([same, same]);
});
