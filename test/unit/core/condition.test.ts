import { describe, expect, it } from '@jest/globals';
import { findCondition, isTrue, updateConditions, type Condition } from '../../../src/core/condition.ts';

const NOON = Date.parse('2026-11-22T12:00:00Z');
const before: Condition = {
  type: 'Ready',
  status: 'False',
  reason: 'BatchRunning',
  message: 'one node',
  lastTransitionTime: '2026-11-22T08:00:00Z',
};

describe('updateConditions', () => {
  it.each<readonly [string, Partial<Condition>, string]>([
    ['nothing changed', {}, '2026-11-22T08:00:00Z'],
    ['only the reason changed', { reason: 'Notifying' }, '2026-11-22T08:00:00Z'],
    ['only the message changed', { message: 'two nodes' }, '2026-11-22T08:00:00Z'],
    ['the generation changed', { observedGeneration: 2 }, '2026-11-22T08:00:00Z'],
    ['the status changed', { status: 'True' }, '2026-11-22T12:00:00Z'],
  ])('sets lastTransitionTime when %s', (_, change, expected) => {
    const { lastTransitionTime: _time, ...finding } = { ...before, ...change };
    const [condition] = updateConditions([before], [finding], NOON);
    expect(condition).toEqual({ ...finding, lastTransitionTime: expected });
  });

  it('sets lastTransitionTime of a new condition to now', () => {
    const [condition] = updateConditions(undefined, [{ type: 'Stalled', status: 'True', reason: 'NoNodes', message: '' }], NOON);
    expect(condition?.lastTransitionTime).toBe('2026-11-22T12:00:00Z');
  });

  it('drops a condition without a finding', () => {
    expect(updateConditions([before], [], NOON)).toEqual([]);
  });

  it('cuts a message to the maximum that the API server accepts', () => {
    const [condition] = updateConditions([], [{ type: 'Ready', status: 'False', reason: 'X', message: 'm'.repeat(5000) }], NOON);
    expect(new TextEncoder().encode(condition?.message).length).toBeLessThanOrEqual(1024);
  });
});

describe('findCondition and isTrue', () => {
  it('treat an absent condition as not true', () => {
    expect(findCondition(undefined, 'Ready')).toBeUndefined();
    expect(isTrue([before], 'Settled')).toBe(false);
  });

  it.each([
    ['True', true],
    ['False', false],
    ['Unknown', false],
  ] as const)('%s counts as %s', (status, expected) => {
    expect(isTrue([{ ...before, status }], 'Ready')).toBe(expected);
  });
});
