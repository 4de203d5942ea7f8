import { describe, expect, it } from '@jest/globals';
import { expectAssertionToFail } from './must-see.ts';

describe('expectAssertionToFail', () => {
  it('accepts an assertion that fails', () => {
    expect(() => expectAssertionToFail('E0', () => expect(1).toBe(2))).not.toThrow();
  });

  it('rejects an assertion that holds', () => {
    expect(() => expectAssertionToFail('E0', () => expect(1).toBe(1))).toThrow('E0 is mended');
  });

  it('rejects any other exception', () => {
    const broken = (): void => {
      throw new TypeError('cannot read properties of undefined');
    };
    expect(() => expectAssertionToFail('E0', broken)).toThrow('E0 does not fail by an assertion');
  });
});
