import { describe, expect, it } from '@jest/globals';
import { parseFieldSelector, satisfies } from '../../../../src/simulator/api-server/selectors/field-selector.ts';
import { parseLabelSelector } from '../../../../src/simulator/api-server/selectors/label-selector.ts';

describe('A label selector', () => {
  it.each([
    { selector: 'baton.dev/role=worker', labels: { 'baton.dev/role': 'worker' }, selected: true },
    { selector: ' a = b , c ', labels: { a: 'b', c: '' }, selected: true },
    { selector: 'a in ( b , c ),!d', labels: { a: 'c' }, selected: true },
    { selector: 'a notin (b)', labels: {}, selected: true },
    { selector: 'a notin (b)', labels: { a: 'b' }, selected: false },
    { selector: 'constructor', labels: {}, selected: false },
    { selector: 'in', labels: { in: 'x' }, selected: true },
  ])('$selector of $labels: $selected', ({ selector, labels, selected }) => {
    expect(parseLabelSelector(selector)(labels)).toBe(selected);
  });

  it.each(['a in', 'a in (b', 'a b', '=b', ',', 'a=b,', 'a>1'])('%s cannot be parsed', (selector) => {
    expect(() => parseLabelSelector(selector)).toThrow('found');
  });
});

describe('A field selector', () => {
  const fields: Readonly<Record<string, string>> = { name: 'a,b', empty: '' };

  it.each([
    { selector: String.raw`name=a\,b`, selected: true },
    { selector: 'empty=,name!=c', selected: true },
    { selector: 'empty!=', selected: false },
  ])('$selector: $selected', ({ selector, selected }) => {
    expect(satisfies(parseFieldSelector(selector), (field) => fields[field] ?? '')).toBe(selected);
  });
});
