import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { byteLength } from '../../../../src/core/text.ts';
import { CHECKPOINT_BYTES, checkpointComplaint, mergeCheckpoints } from '../../../../src/core/timing/checkpoint.ts';

describe('Checkpoints', () => {
  it.each<[string, string | undefined, readonly (string | undefined)[], string | undefined]>([
    ['are none while none are reported', undefined, [undefined], undefined],
    ['are one a line', undefined, ['stage=fetch', 'image=a=b'], 'stage=fetch\nimage=a=b'],
    ['have one value a key, the last', 'stage=fetch\ndisk=sda', ['stage=install'], 'disk=sda\nstage=install'],
    ['lose a key whose value is empty', 'stage=fetch', ['stage='], undefined],
    ['leave out what cannot be read', 'stage=fetch', ['nonsense', '=x', 'a=b\nc=d', `k=${'x'.repeat(300)}`], 'stage=fetch'],
  ])('%s', (_, known, reported, expected) => {
    expect(mergeCheckpoints(known, reported)).toBe(expected);
  });

  it('let go of what was not set for the longest time when they become too long', () => {
    const long = 'x'.repeat(120);
    expect(mergeCheckpoints(`a=${long}\nb=${long}`, [`c=${long}`])).toBe(`b=${long}\nc=${long}`);
  });

  it('stay within their limit and what they are when the same reports are merged again', () => {
    const checkpoint = fc
      .tuple(fc.stringMatching(/^[a-d]$/), fc.stringMatching(/^[ -~]{0,150}$/))
      .map(([key, value]) => `${key}=${value}`);
    fc.assert(
      fc.property(fc.array(checkpoint, { maxLength: 12 }), (reported) => {
        const merged = mergeCheckpoints(undefined, reported);
        expect(byteLength(merged ?? '')).toBeLessThanOrEqual(CHECKPOINT_BYTES);
        expect(mergeCheckpoints(merged, reported)).toBe(merged);
      }),
    );
  });

  it.each([
    ['stage=kernel', undefined],
    ['stage', '`checkpoint` must be key=value'],
    ['two words=x', '`checkpoint` must be key=value'],
    [`k=${'é'.repeat(128)}`, 'at most 256 bytes'],
  ])('%s is looked at', (checkpoint, complaint) => {
    if (complaint === undefined) expect(checkpointComplaint(checkpoint)).toBeUndefined();
    else expect(checkpointComplaint(checkpoint)).toContain(complaint);
  });
});
