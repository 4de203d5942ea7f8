import { expect, it } from '@jest/globals';
import { timestamp, uniqueId, withSuffix } from '../../../../src/simulator/api-server/rest/identity.ts';

function sequence(): () => number {
  let state = 1;
  return () => {
    state = (state * 16_807) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

it('The same randomness gives the same UIDs and names', () => {
  expect(uniqueId(sequence())).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(uniqueId(sequence())).toBe(uniqueId(sequence()));
  expect(withSuffix('job-', sequence())).toBe(withSuffix('job-', sequence()));
});

it('A generated name is at most 63 characters long', () => {
  expect(withSuffix('x'.repeat(80), () => 0)).toBe(`${'x'.repeat(58)}bbbbb`);
});

it('Times have whole seconds', () => {
  expect(timestamp(Date.UTC(2026, 10, 29, 16, 36, 39, 999))).toBe('2026-11-29T16:36:39Z');
});
