import { describe, expect, it } from '@jest/globals';
import { parseTurn } from '../../../../src/core/reports/parse-turn.ts';
import { TURN } from './report-samples.ts';

describe('parseTurn', () => {
  it('parses what a claim wrote', () => {
    expect(parseTurn(JSON.stringify(TURN))).toEqual(TURN);
  });

  it('ignores fields of a newer operator', () => {
    expect(parseTurn(JSON.stringify({ ...TURN, mood: 'good' }))).toEqual(TURN);
  });

  it.each([
    ['invalid JSON', '{'],
    ['null', 'null'],
    ['a list', '[]'],
    ...(['namespace', 'plan', 'batch', 'batchUid', 'processes', 'attempt', 'openedTime', 'cordoned', 'before'] as const).map(
      (field): [string, string] => [`no ${field}`, JSON.stringify({ ...TURN, [field]: undefined })],
    ),
    ['processes that are not strings', JSON.stringify({ ...TURN, processes: [1] })],
  ])('finds no turn in %s', (_name, annotation) => {
    expect(parseTurn(annotation)).toBeUndefined();
  });
});
