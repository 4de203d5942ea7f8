import { describe, expect, it } from '@jest/globals';
import { INVARIANTS } from '../../../../src/simulator/invariants/all-invariants.ts';
import { NODE_CASES } from './support/node-cases.ts';
import { Stage } from './support/stage.ts';
import { STATUS_CASES } from './support/status-cases.ts';
import { ALLOWED_STARTS, OTHER_TIMING_CASES, TIMING_CASES } from './support/timing-cases.ts';

const CASES = [...TIMING_CASES, ...OTHER_TIMING_CASES, ...NODE_CASES, ...STATUS_CASES];

describe('INVARIANTS', () => {
  it.each(CASES)('$invariant is found broken', ({ invariant, given, broken }) => {
    const stage = new Stage(invariant);
    given(stage);
    stage.step();

    expect(() => {
      broken(stage);
      stage.step();
    }).toThrow(expect.objectContaining({ name: 'InvariantError', invariant }));
  });

  it.each(ALLOWED_STARTS)('$invariant allows $why', ({ invariant, given }) => {
    const stage = new Stage(invariant);
    given(stage);
    expect(() => stage.step()).not.toThrow();
  });

  it('are all broken on purpose by a case above', () => {
    const broken = new Set(CASES.map(({ invariant }) => invariant));
    expect(INVARIANTS.map(({ name }) => name).filter((name) => !broken.has(name))).toEqual([]);
  });

  it('have different names', () => {
    const names = INVARIANTS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});
