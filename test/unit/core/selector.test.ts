import { describe, expect, it } from '@jest/globals';
import type { NodeSelector } from '../../../src/api/generated/upgradeplan.ts';
import { selectorQuery, selects } from '../../../src/core/selector.ts';

type Requirement = NonNullable<NodeSelector['matchExpressions']>[number];

const only = (requirement: Requirement): NodeSelector => ({ matchExpressions: [requirement] });

describe('selects', () => {
  const worker = { role: 'worker', zone: '' };
  it.each<readonly [string, NodeSelector | undefined, boolean]>([
    ['no selector', undefined, true],
    ['an empty selector', {}, true],
    ['a label with its value', { matchLabels: { role: 'worker' } }, true],
    ['a label with another value', { matchLabels: { role: 'storage' } }, false],
    ['a label with an empty value', { matchLabels: { zone: '' } }, true],
    ['a label that is missing', { matchLabels: { disk: 'ssd' } }, false],
    ['In with the value', only({ key: 'role', operator: 'In', values: ['storage', 'worker'] }), true],
    ['In without the value', only({ key: 'role', operator: 'In', values: ['storage'] }), false],
    ['In on a label that is missing', only({ key: 'disk', operator: 'In', values: [''] }), false],
    ['NotIn with the value', only({ key: 'role', operator: 'NotIn', values: ['worker'] }), false],
    ['NotIn without the value', only({ key: 'role', operator: 'NotIn', values: ['storage'] }), true],
    ['NotIn on a label that is missing', only({ key: 'disk', operator: 'NotIn', values: ['ssd'] }), true],
    ['Exists', only({ key: 'zone', operator: 'Exists' }), true],
    ['Exists on a label that is missing', only({ key: 'disk', operator: 'Exists' }), false],
    ['DoesNotExist', only({ key: 'zone', operator: 'DoesNotExist' }), false],
    ['DoesNotExist on a label that is missing', only({ key: 'disk', operator: 'DoesNotExist' }), true],
    ['Exists on the name of an inherited member', only({ key: 'constructor', operator: 'Exists' }), false],
    ['DoesNotExist on the name of an inherited member', only({ key: 'toString', operator: 'DoesNotExist' }), true],
  ])('follows the rules of Kubernetes: %s', (_, selector, expected) => {
    expect(selects(selector, worker)).toBe(expected);
  });

  it('requires all labels and expressions', () => {
    const both: NodeSelector = { matchLabels: { role: 'worker' }, matchExpressions: [{ key: 'zone', operator: 'DoesNotExist' }] };
    expect(selects(both, { role: 'worker' })).toBe(true);
    expect(selects(both, { role: 'worker', zone: 'a' })).toBe(false);
    expect(selects(both, {})).toBe(false);
  });
});

describe('selectorQuery', () => {
  it.each<readonly [NodeSelector | undefined, string]>([
    [undefined, ''],
    [{}, ''],
    [{ matchLabels: { role: 'worker', zone: '' } }, 'role=worker,zone='],
    [only({ key: 'role', operator: 'In', values: ['a', 'b'] }), 'role in (a,b)'],
    [only({ key: 'role', operator: 'NotIn', values: ['a'] }), 'role notin (a)'],
    [only({ key: 'role', operator: 'Exists' }), 'role'],
    [only({ key: 'role', operator: 'DoesNotExist' }), '!role'],
  ])('converts %j to %p', (selector, query) => {
    expect(selectorQuery(selector)).toBe(query);
  });
});
