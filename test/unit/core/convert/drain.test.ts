import { describe, expect, it } from '@jest/globals';
import { goDurationSeconds } from '../../../../src/core/convert/go-duration.ts';
import { converted, notesAt } from './a-plan.ts';

describe('convertDrain', () => {
  it('does not drain without cordon or drain', () => {
    expect(converted().spec).not.toHaveProperty('drain');
    expect(converted().spec.processes[0].disruption).toBe('None');
  });

  it('drains as kubectl drain does by default', () => {
    const { spec } = converted({ drain: {}, cordon: true });
    expect(spec['drain']).toEqual({ emptyDirData: 'Delete' });
    expect(spec.processes[0].disruption).toBe('Drain');
  });

  it.each<readonly [object, object]>([
    [{ deleteEmptydirData: false }, { emptyDirData: 'Keep' }],
    [{ deleteLocalData: false }, { emptyDirData: 'Keep' }],
    [{ force: true }, { unmanagedPods: 'Delete' }],
    [{ timeout: '2m' }, { timeoutSeconds: 120 }],
    [{ timeout: 90_000_000_000 }, { timeoutSeconds: 90 }],
    [{ timeout: '1500ms' }, { timeoutSeconds: 2 }],
    [{ timeout: '9999h' }, { timeoutSeconds: 604_800 }],
    [{ podSelector: { matchLabels: { tier: 'web' } } }, notIgnored({ key: 'tier', operator: 'NotIn', values: ['web'] })],
    [selector({ key: 'a', operator: 'NotIn', values: ['b', 'c'] }), notIgnored({ key: 'a', operator: 'In', values: ['b', 'c'] })],
    [selector({ key: 'a', operator: 'Exists' }), notIgnored({ key: 'a', operator: 'DoesNotExist' })],
    [selector({ key: 'a', operator: 'DoesNotExist' }), notIgnored({ key: 'a', operator: 'Exists' })],
  ])('converts %j to %j', (drain, expected) => {
    expect(converted({ drain }).spec['drain']).toMatchObject(expected);
  });

  it.each<readonly [object, string]>([
    [{ gracePeriod: 30 }, 'drain.gracePeriod: 30'],
    [{ disableEviction: true }, 'drain.disableEviction'],
    [{ ignoreDaemonSets: false }, 'drain.ignoreDaemonSets: false'],
    [{ skipWaitForDeleteTimeout: 10 }, 'drain.skipWaitForDeleteTimeout: 10'],
    [{ timeout: '0s' }, 'drain.timeout: 0s means no limit'],
    [{ podSelector: { matchLabels: { a: '1', b: '2' } } }, 'drain.podSelector has no counterpart'],
  ])('mentions in a comment that %j has no counterpart', (drain, comment) => {
    const { spec, notes } = converted({ drain });
    expect(spec['drain']).toEqual({ emptyDirData: 'Delete' });
    expect(notesAt(notes, 'drain')).toContain(comment);
  });

  it('adds no comment when nothing differs', () => {
    const { notes } = converted({ drain: { gracePeriod: -1, ignoreDaemonSets: true, skipWaitForDeleteTimeout: 0 } });
    expect(notesAt(notes, 'drain')).toBe('');
  });
});

it.each<readonly [string | number, number | undefined]>([
  ['0', 0],
  ['90s', 90],
  ['1h30m', 5400],
  ['1.5m', 90],
  ['250ms', 0.25],
  ['-5s', -5],
  [2_000_000_000, 2],
  ['90', undefined],
  ['1 h', undefined],
  ['', undefined],
  ['soon', undefined],
])('goDurationSeconds converts %p to %p seconds', (duration, seconds) => {
  expect(goDurationSeconds(duration)).toBe(seconds);
});

function selector(expression: object): object {
  return { podSelector: { matchExpressions: [expression] } };
}

function notIgnored(expression: object): object {
  return { ignore: { podSelector: { matchExpressions: [expression] } } };
}
