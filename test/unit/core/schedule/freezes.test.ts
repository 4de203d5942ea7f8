import { expect, it } from '@jest/globals';
import { freezeAt } from '../../../../src/core/schedule/freezes.ts';

const december = { name: 'december', from: '2026-12-01T00:00:00Z', to: '2027-01-01T00:00:00Z' };
const holidays = { name: 'holidays', from: '2026-12-20T00:00:00+01:00', to: '2027-01-04T00:00:00Z' };

it.each<readonly [string, string, string | undefined]>([
  ['before all freezes', '2026-11-30T23:59:59Z', undefined],
  ['at its first instant', '2026-12-01T00:00:00Z', 'december'],
  ['where two overlap, by the later end', '2026-12-25T00:00:00Z', 'holidays'],
  ['with an offset', '2026-12-19T23:00:00Z', 'holidays'],
  ['in the rest of the longer one', '2027-01-03T23:59:59Z', 'holidays'],
  ['at the end, which is outside', '2027-01-04T00:00:00Z', undefined],
])('freezeAt %s (%s) returns %s', (_, now, name) => {
  expect(freezeAt([december, holidays], Date.parse(now))?.name).toBe(name);
});

it('freezeAt treats a freeze with an invalid end as endless', () => {
  const broken = { name: 'broken', from: '2026-12-01T00:00:00Z', to: 'some day' };
  expect(freezeAt([broken], Date.parse('2030-01-01T00:00:00Z'))?.name).toBe('broken');
});
