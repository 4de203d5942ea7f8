import { describe, expect, it } from '@jest/globals';
import { parseJsonPath } from '../../../../../src/simulator/api-server/tables/json-path.ts';

const OBJECT = {
  metadata: { name: 'n', labels: { 'a.b/c': 'x' } },
  status: {
    conditions: [
      { type: 'A', status: 'True' },
      { type: 'B', status: 'False' },
    ],
    summary: { succeeded: 2 },
  },
};

describe('A JSONPath', () => {
  it.each([
    { path: '.metadata.name', found: ['n'] },
    { path: '.metadata.labels.a\\.b/c', found: ['x'] },
    { path: ".metadata.labels['a.b/c']", found: ['x'] },
    { path: ".status.summary['rolledBack','succeeded']", found: [2] },
    { path: '.status.conditions[?(@.type=="B")].status', found: ['False'] },
    { path: ".status.conditions[?(@.type == 'B')].status", found: ['False'] },
    { path: '.status.conditions[?(@.type=="C")].status', found: [] },
    { path: '.status.conditions[0].type', found: ['A'] },
    { path: '.status.conditions[-1].type', found: ['B'] },
    { path: '.status.conditions[*].type', found: ['A', 'B'] },
    { path: '.spec.none', found: [] },
    { path: '.metadata.name.none', found: [] },
  ])('finds $found at $path', ({ path, found }) => {
    expect(parseJsonPath(path)(OBJECT)).toEqual(found);
  });

  it.each(['metadata.name', '..name', '.a[?(@.n>1)]', '.a[1:2]'])('is rejected when it is %s', (path) => {
    expect(() => parseJsonPath(path)).toThrow('is not supported');
  });
});
