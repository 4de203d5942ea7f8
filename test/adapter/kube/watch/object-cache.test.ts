import { beforeEach, describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../../../src/kube/client/client.ts';
import { ObjectCache } from '../../../../src/kube/watch/object-cache.ts';
import { anObject } from '../support/collection.ts';

const boring = { boring: true };

describe('ObjectCache', () => {
  let cache: ObjectCache<string>;
  let changes: string[];

  beforeEach(() => {
    changes = [];
    cache = new ObjectCache({
      project: (object) => (object['boring'] === true ? undefined : `${object.metadata.uid}@${object.metadata.resourceVersion}`),
      onChange: (key, current, previous) => changes.push(`${key}: ${previous ?? '-'} > ${current ?? '-'}`),
    });
  });

  function list(version: string, ...objects: KubeObject[]): void {
    cache.startList();
    cache.acceptPage(objects, version, (_key, error) => {
      throw error;
    });
    cache.endList(version);
  }

  it('ignores a version that it already has', () => {
    list('10', anObject('a', '5'));
    list('11', anObject('a', '5'));

    expect(changes).toEqual(['fleet/a: - > uid-of-a@5']);
  });

  it.each([
    ['a newer answer wins over the watch', '12', 'uid-of-a@12'],
    ['an answer that the watch has passed is ignored', '10', 'uid-of-a@5'],
    ['versions are compared as numbers, not as text', '100', 'uid-of-a@100'],
    ['versions beyond 2^53 are distinguished', '9007199254740993', 'uid-of-a@9007199254740993'],
    ['a version that is not a number is accepted', 'opaque', 'uid-of-a@opaque'],
  ])('observe: %s', (_rule, version, expected) => {
    list('10', anObject('a', '5'));

    cache.observe(anObject('a', version));

    expect(cache.get('fleet/a')).toBe(expected);
  });

  it('distinguishes versions beyond 2^53', () => {
    cache.accept(anObject('a', '9007199254740993'));
    cache.accept(anObject('a', '9007199254740992'));

    expect(cache.get('fleet/a')).toBe('uid-of-a@9007199254740993');
  });

  it('keeps a write that is newer than a list that does not have it', () => {
    list('10');
    cache.startList();
    cache.observe(anObject('a', '15'));
    cache.acceptPage([], '14', () => undefined);
    cache.endList('14');

    expect(cache.get('fleet/a')).toBe('uid-of-a@15');
  });

  it('drops a write that a newer list does not have', () => {
    list('10');
    cache.observe(anObject('a', '15'));
    list('16');

    expect(cache.size).toBe(0);
  });

  it('does not resurrect a deleted object by a late answer', () => {
    list('10', anObject('a', '5'));
    cache.remove(anObject('a', '12'));
    cache.advance('12');

    cache.observe(anObject('a', '11'));

    expect(cache.size).toBe(0);
  });

  it('drops a write when the watch passes its version without the object, because the query does not select it', () => {
    list('10');
    cache.observe(anObject('a', '12'));

    cache.advance('11');
    expect(cache.size).toBe(1);
    cache.advance('12');

    expect(cache.size).toBe(0);
    expect(changes).toEqual(['fleet/a: - > uid-of-a@12', 'fleet/a: uid-of-a@12 > -']);
  });

  it('keeps a write that the watch confirms', () => {
    list('10');
    cache.observe(anObject('a', '12'));

    cache.accept(anObject('a', '12'));
    cache.advance('13');

    expect(cache.get('fleet/a')).toBe('uid-of-a@12');
    expect(changes).toHaveLength(1);
  });

  it('keeps older versions out after a write that made an object uninteresting', () => {
    list('10', anObject('a', '5'));
    cache.observe({ ...anObject('a', '12'), ...boring });
    expect(cache.size).toBe(0);

    cache.accept(anObject('a', '11'));
    cache.advance('11');

    expect(cache.size).toBe(0);
    expect([...cache.entries()]).toEqual([]);
    expect(changes).toEqual(['fleet/a: - > uid-of-a@5', 'fleet/a: uid-of-a@5 > -']);
  });

  it('has the correct size when an uninteresting object becomes interesting again', () => {
    list('10');
    cache.observe({ ...anObject('a', '12'), ...boring });
    cache.accept(anObject('a', '13'));
    cache.advance('13');

    expect(cache.size).toBe(1);
  });

  it('keeps late events of a deleted object out, but not those of its successor', () => {
    list('10', anObject('a', '5', 'first'));
    cache.observeDeleted('fleet/a', 'first');

    cache.accept(anObject('a', '11', 'first'));
    expect(cache.size).toBe(0);
    cache.accept(anObject('a', '13', 'second'));

    expect(cache.get('fleet/a')).toBe('second@13');
  });

  it('distinguishes a recreated object from the deleted one', () => {
    list('10', anObject('a', '8', 'second'));

    cache.observeDeleted('fleet/a', 'first');
    cache.remove(anObject('a', '7', 'first'));

    expect(cache.get('fleet/a')).toBe('second@8');
  });

  it('accepts a deleted object again when a later list has it', () => {
    list('10', anObject('a', '5'));
    cache.observeDeleted('fleet/a', 'uid-of-a');

    list('11', anObject('a', '5'));
    expect(cache.size).toBe(0);
    list('12', anObject('a', '5'));

    expect(cache.size).toBe(1);
  });

  it('reports a change of UID as a deletion and an addition', () => {
    list('10', anObject('a', '5', 'first'));
    cache.accept(anObject('a', '12', 'second'));

    expect(changes.slice(1)).toEqual(['fleet/a: first@5 > -', 'fleet/a: - > second@12']);
  });

  it('removes an object that lost its label and adds it again', () => {
    list('10', anObject('a', '5'));
    cache.remove(anObject('a', '11'));
    cache.advance('11');
    cache.accept(anObject('a', '12'));

    expect(cache.get('fleet/a')).toBe('uid-of-a@12');
  });
});
