import { beforeEach, describe, expect, it } from '@jest/globals';
import { RefusalMemory } from '../../../src/operator/refusal-memory.ts';

let clock: number;
let memory: RefusalMemory;
beforeEach(() => {
  clock = 0;
  memory = new RefusalMemory(() => clock);
});

describe('An eviction', () => {
  it('may be asked for, and again five seconds after an answer', () => {
    expect(memory.evictionIsDue('pod')).toBe(true);
    memory.evictionAnswered('pod', 'the budget allows 0');
    clock = 4999;
    expect(memory.evictionIsDue('pod')).toBe(false);
    expect(memory.evictionIsDue('another')).toBe(true);
    clock = 5000;
    expect(memory.evictionIsDue('pod')).toBe(true);
  });

  it('that was refused is remembered with its answer until it is not', () => {
    memory.evictionAnswered('pod', 'the budget allows 0');
    expect([...memory.evictions]).toEqual([['pod', 'the budget allows 0']]);
    memory.evictionAnswered('pod', undefined);
    expect([...memory.evictions]).toEqual([]);
  });
});

it('A Job that was refused is remembered, and forgotten after an hour without news', () => {
  memory.jobRefused('baton-1', 'denied');
  expect([...memory.jobRefusals]).toEqual([['baton-1', 'denied']]);
  clock = 3_600_001;
  memory.jobRefused('baton-2', 'denied');
  expect([...memory.jobRefusals.keys()]).toEqual(['baton-2']);
});
