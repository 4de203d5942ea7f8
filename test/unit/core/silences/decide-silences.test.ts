import { describe, expect, it } from '@jest/globals';
import type { NodeRecord } from '../../../../src/api/generated/upgradebatch.ts';
import { aBatch } from '../rollout/support/objects.ts';
import {
  failedNow,
  matchersFor,
  SILENCE_DURATION_MS,
  decideSilences,
  type SilenceChange,
} from '../../../../src/core/silences/decide-silences.ts';

const NOW = Date.parse('2026-11-21T22:00:00Z');
const FULL = NOW + SILENCE_DURATION_MS;

interface View {
  readonly inTurn?: readonly string[];
  readonly failed?: readonly string[];
  /** What is left of node-1's silence (s). */
  readonly left?: number;
}

function step({ inTurn = [], failed = [], left }: View): readonly SilenceChange[] {
  const made = new Map(left === undefined ? [] : [['node-1', { id: 'a', endsAt: NOW + left * 1000 }] as const]);
  return decideSilences({ inTurn: new Set(inTurn), failed: new Set(failed), existing: made, now: NOW });
}

describe('decideSilences', () => {
  it.each<readonly [string, View, readonly SilenceChange[]]>([
    ['creates a silence for a node in its turn', { inTurn: ['node-1'] }, [{ kind: 'Create', node: 'node-1', endsAt: FULL }]],
    ['keeps a silence that lasts long enough', { inTurn: ['node-1'], left: 200 }, []],
    [
      'extends a silence that is about to end',
      { inTurn: ['node-1'], left: 100 },
      [{ kind: 'Extend', node: 'node-1', id: 'a', endsAt: FULL }],
    ],
    [
      'creates a silence when the previous one has ended',
      { inTurn: ['node-1'], left: 0 },
      [{ kind: 'Create', node: 'node-1', endsAt: FULL }],
    ],
    [
      'lifts the silence when the node fails, even during its turn',
      { inTurn: ['node-1'], failed: ['node-1'], left: 200 },
      [{ kind: 'Lift', node: 'node-1', id: 'a' }],
    ],
    ['creates no silence for a node that failed', { inTurn: ['node-1'], failed: ['node-1'] }, []],
    ['lets the silence expire after a successful turn', { left: 200 }, []],
  ])('%s', (_title, view, expected) => {
    expect(step(view)).toEqual(expected);
  });

  it('counts a node as failed by its latest record, so not when it is retried in a later batch', () => {
    const batch = (index: number, nodes: readonly NodeRecord[]) => {
      const { spec, ...rest } = aBatch(nodes.map(({ name }) => name));
      return { ...rest, spec: { ...spec, index }, status: { nodes } };
    };
    const first = batch(1, [
      { name: 'node-1', state: 'Failed' },
      { name: 'node-2', state: 'Failed' },
      { name: 'node-3', state: 'Succeeded' },
    ]);
    expect(failedNow([batch(2, [{ name: 'node-1', state: 'Upgrading' }]), first])).toEqual(new Set(['node-2']));
  });

  it("puts the node's name into the matchers and escapes it in a regular expression", () => {
    const matchers = [
      { name: 'node', value: '$(BATON_NODE)' },
      { name: 'instance', value: '$(BATON_NODE)(:[0-9]+)?', type: 'Regex' as const },
    ];
    expect(matchersFor('ip-10-0-0-1.eu.internal', matchers)).toEqual([
      { name: 'node', value: 'ip-10-0-0-1.eu.internal', isRegex: false, isEqual: true },
      { name: 'instance', value: String.raw`ip-10-0-0-1\.eu\.internal(:[0-9]+)?`, isRegex: true, isEqual: true },
    ]);
  });
});
