import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { byteLength } from '../../../../src/core/text.ts';
import { MAX_CHECKPOINT_BYTES, checkpointProblem, mergeCheckpoints } from '../../../../src/core/timing/checkpoint.ts';

describe('Checkpoints', () => {
  it.each<{
    readonly title: string;
    readonly known: string | undefined;
    readonly reported: readonly (string | undefined)[];
    readonly expected: string | undefined;
  }>([
    { title: 'are undefined when none are reported', known: undefined, reported: [undefined], expected: undefined },
    {
      title: 'are one on each line',
      known: undefined,
      reported: ['stage=fetch', 'image=a=b'],
      expected: 'stage=fetch\nimage=a=b',
    },
    {
      title: 'keep the last value of each key',
      known: 'stage=fetch\ndisk=sda',
      reported: ['stage=install'],
      expected: 'disk=sda\nstage=install',
    },
    { title: 'lose a key whose value is empty', known: 'stage=fetch', reported: ['stage='], expected: undefined },
    {
      title: 'ignore invalid entries',
      known: 'stage=fetch',
      reported: ['nonsense', '=x', 'a=b\nc=d', `k=${'x'.repeat(300)}`],
      expected: 'stage=fetch',
    },
  ])('$title', ({ known, reported, expected }) => {
    expect(mergeCheckpoints(known, reported)).toBe(expected);
  });

  it('lose the entries that were set longest ago when they become too long', () => {
    const long = 'x'.repeat(120);
    expect(mergeCheckpoints(`a=${long}\nb=${long}`, [`c=${long}`])).toBe(`b=${long}\nc=${long}`);
  });

  it('stay within their limit and do not change when the same reports are merged again', () => {
    const checkpoint = fc
      .tuple(fc.stringMatching(/^[a-d]$/), fc.stringMatching(/^[ -~]{0,150}$/))
      .map(([key, value]) => `${key}=${value}`);
    fc.assert(
      fc.property(fc.array(checkpoint, { maxLength: 12 }), (reported) => {
        const merged = mergeCheckpoints(undefined, reported);
        expect(byteLength(merged ?? '')).toBeLessThanOrEqual(MAX_CHECKPOINT_BYTES);
        expect(mergeCheckpoints(merged, reported)).toBe(merged);
      }),
    );
  });

  it.each([
    ['stage=kernel', undefined],
    ['stage', '`checkpoint` must be key=value'],
    ['two words=x', '`checkpoint` must be key=value'],
    [`k=${'é'.repeat(128)}`, 'at most 256 bytes'],
  ])('are validated: %s', (checkpoint, complaint) => {
    if (complaint === undefined) expect(checkpointProblem(checkpoint)).toBeUndefined();
    else expect(checkpointProblem(checkpoint)).toContain(complaint);
  });
});
