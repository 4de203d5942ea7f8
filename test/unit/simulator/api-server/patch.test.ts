import { describe, expect, it } from '@jest/globals';
import { JsonPatchError, jsonPatch } from '../../../../src/simulator/api-server/patch/json-patch.ts';
import { mergePatch } from '../../../../src/simulator/api-server/patch/merge-patch.ts';

describe('A JSON Patch', () => {
  it('leaves what it is applied to as it was', () => {
    const target = { list: [1], map: { a: 1 } };

    const result = jsonPatch(target, [
      { op: 'add', path: '/list/-', value: 2 },
      { op: 'remove', path: '/map/a' },
    ]);

    expect(result).toEqual({ list: [1, 2], map: {} });
    expect(target).toEqual({ list: [1], map: { a: 1 } });
  });

  it('copies values, so that two places share nothing', () => {
    const result = jsonPatch({ a: { x: 1 } }, [
      { op: 'copy', from: '/a', path: '/b' },
      { op: 'add', path: '/b/x', value: 2 },
    ]);

    expect(result).toEqual({ a: { x: 1 }, b: { x: 2 } });
  });

  it('replaces the whole document at the empty path', () => {
    expect(jsonPatch({ a: 1 }, [{ op: 'replace', path: '', value: { b: 2 } }])).toEqual({ b: 2 });
  });

  it('compares deeply, whatever the order of keys', () => {
    const target = { a: { x: 1, y: [1, 2] } };

    expect(jsonPatch(target, [{ op: 'test', path: '/a', value: { y: [1, 2], x: 1 } }])).toEqual(target);
  });

  it.each([
    { what: 'a path without a slash', operation: { op: 'add', path: 'a', value: 1 } },
    { what: 'no path', operation: { op: 'remove' } },
    { what: 'the removal of everything', operation: { op: 'remove', path: '' } },
    { what: 'an index that is not a number', operation: { op: 'add', path: '/list/x', value: 1 } },
    { what: 'a key of an inherited property', operation: { op: 'remove', path: '/map/constructor' } },
    { what: 'a path through a text', operation: { op: 'add', path: '/text/a', value: 1 } },
  ])('is rejected for $what', ({ operation }) => {
    expect(() => jsonPatch({ list: [], map: {}, text: 'text' }, [operation])).toThrow(JsonPatchError);
  });
});

describe('A merge patch', () => {
  // RFC 7386, appendix A.
  it.each([
    { target: { a: 'b' }, patch: { a: 'c' }, result: { a: 'c' } },
    { target: { a: 'b' }, patch: { b: 'c' }, result: { a: 'b', b: 'c' } },
    { target: { a: 'b' }, patch: { a: null }, result: {} },
    { target: { a: ['b'] }, patch: { a: 'c' }, result: { a: 'c' } },
    { target: { a: 'c' }, patch: { a: ['b'] }, result: { a: ['b'] } },
    { target: { a: { b: 'c' } }, patch: { a: { b: 'd', c: null } }, result: { a: { b: 'd' } } },
    { target: { a: [{ b: 'c' }] }, patch: { a: [1] }, result: { a: [1] } },
    { target: ['a', 'b'], patch: ['c', 'd'], result: ['c', 'd'] },
    { target: { e: null }, patch: { a: 1 }, result: { e: null, a: 1 } },
    { target: [1, 2], patch: { a: 'b', c: null }, result: { a: 'b' } },
    { target: {}, patch: { a: { bb: { ccc: null } } }, result: { a: { bb: {} } } },
  ])('of $patch turns $target into $result', ({ target, patch, result }) => {
    expect(mergePatch(target, patch)).toEqual(result);
  });
});
