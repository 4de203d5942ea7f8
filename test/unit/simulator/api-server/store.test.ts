import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../../../src/kube/kube-object.ts';
import { Store, type StoreEvent } from '../../../../src/simulator/api-server/store/store.ts';

function named(name: string, value = ''): KubeObject {
  return { metadata: { name, namespace: 'ns' }, value };
}

function values(objects: readonly KubeObject[] | undefined): unknown {
  return objects?.map(({ metadata, value }) => [metadata.name, value]);
}

describe('The store', () => {
  it('gives every change the next version', () => {
    const store = new Store({ firstVersion: 10 });

    const added = store.put('things', named('a'));
    const changed = store.put('things', named('a', 'new'));
    const removed = store.remove('things', 'ns/a');

    expect([added, changed, removed].map((object) => object?.metadata.resourceVersion)).toEqual(['11', '12', '13']);
    expect(store.get('things', 'ns/a')).toBeUndefined();
    expect(store.version).toBe(13);
  });

  it('removes nothing, and counts nothing, when there is nothing to remove', () => {
    const store = new Store();

    expect(store.remove('things', 'ns/a')).toBeUndefined();
    expect(store.version).toBe(1);
  });

  it('lists in the order of the keys, as of any version that was not compacted', () => {
    const store = new Store();
    store.put('things', named('b'));
    store.put('things', named('a', 'old'));
    const then = store.version;
    store.put('things', named('a', 'new'));
    store.put('others', named('x'));
    store.put('things', named('c'));
    store.remove('things', 'ns/b');

    expect(values(store.list('things')?.objects)).toEqual([
      ['a', 'new'],
      ['c', ''],
    ]);
    expect(values(store.list('things', then)?.objects)).toEqual([
      ['a', 'old'],
      ['b', ''],
    ]);
    expect(values(store.list('things', 1)?.objects)).toEqual([]);

    store.compact(then);
    expect(values(store.list('things', then)?.objects)).toHaveLength(2);
    expect(store.list('things', then - 1)).toBeUndefined();
  });

  it('knows the changes after a version, with what was there before', () => {
    const store = new Store();
    const added = store.put('things', named('a', 'old'));
    const then = store.version;
    const changed = store.put('things', named('a', 'new'));

    expect(store.changesAfter('things', then)).toEqual([
      { resource: 'things', type: 'MODIFIED', object: changed, previous: added, version: then + 1 },
    ]);
    store.compact(then + 1);
    expect(store.changesAfter('things', then)).toBeUndefined();
    expect(store.changesAfter('things', then + 1)).toEqual([]);
  });

  it('does not know changes from before the log of a resource began', () => {
    const store = new Store();
    store.put('things', named('a'));
    store.startLog('gadgets');

    expect(store.changesAfter('gadgets', store.version - 1)).toBeUndefined();
    expect(store.changesAfter('gadgets', store.version)).toEqual([]);
    expect(store.changesAfter('things', 1)).toHaveLength(1);
  });

  it('calls listeners after each change until they unsubscribe', () => {
    const store = new Store();
    const seen: StoreEvent['type'][] = [];
    const unsubscribe = store.subscribe(({ type }) => seen.push(type));

    store.put('things', named('a'));
    store.remove('things', 'ns/a');
    unsubscribe();
    store.put('things', named('a'));

    expect(seen).toEqual(['ADDED', 'DELETED']);
  });
});
