import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../../../src/kube/client/client.ts';
import { anObject } from '../support/collection.ts';
import { ReflectorHarness, type Thing } from '../support/reflector-harness.ts';
import { settle } from '../support/virtual-time.ts';

let harness: ReflectorHarness;
let collection: ReflectorHarness['collection'];
let start: ReflectorHarness['start'];
let changes: ReflectorHarness['changes'];

beforeEach(() => {
  harness = new ReflectorHarness();
  ({ collection, start, changes } = harness);
});
afterEach(async () => {
  harness.stop.abort();
  await harness.run;
  expect(collection.openWatches).toBe(0);
});

describe('Reflector', () => {
  it('lists in pages, projects each object, and reports when it is in sync', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e']) collection.put(name, { color: 'red' });
    collection.put('f', { boring: true });

    const reflector = await start({ pageSize: 2, query: { labelSelector: 'x=y' } });

    await reflector.whenSynced();
    expect(collection.lists).toEqual([
      { labelSelector: 'x=y', limit: '2' },
      { labelSelector: 'x=y', limit: '2', continue: '2' },
      { labelSelector: 'x=y', limit: '2', continue: '4' },
    ]);
    expect([...reflector.values()].map(({ name }) => name)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(reflector.size).toBe(5);
    expect(reflector.get('fleet/a')).toEqual({ name: 'a', color: 'red' });
  });

  it('watches from the list, with bookmarks and a random server-side timeout', async () => {
    collection.put('a');

    await start({ query: { labelSelector: 'x=y' } });

    expect(collection.watches).toEqual([
      { labelSelector: 'x=y', resourceVersion: '101', allowWatchBookmarks: 'true', timeoutSeconds: '360' },
    ]);
  });

  it('follows additions, changes and deletions', async () => {
    const reflector = await start();

    collection.put('a', { color: 'red' });
    collection.put('a', { color: 'blue' });
    collection.put('b');
    collection.remove('b');
    await settle();

    expect(changes).toEqual(['fleet/a new', 'fleet/a changed', 'fleet/b new', 'fleet/b gone']);
    expect([...reflector.entries()]).toEqual([['fleet/a', { name: 'a', color: 'blue' }]]);
    expect(reflector.statistics.events).toBe(4);
  });

  it('removes an object that is no longer of interest', async () => {
    collection.put('a');
    const reflector = await start();

    collection.put('a', { boring: true });
    await settle();

    expect(changes).toEqual(['fleet/a new', 'fleet/a gone']);
    expect(reflector.size).toBe(0);
  });

  it.each([
    ['onChange', { onChange: failForA }],
    ['project', { project: failForA }],
  ])('survives an exception of %s, logs the key, and loses no other object', async (_where, options) => {
    collection.put('a');
    collection.put('b');
    const reflector = await start(options);

    collection.put('a');
    collection.put('c');
    await settle();

    expect(reflector.get('fleet/c')).toBeDefined();
    expect(reflector.statistics).toMatchObject({ relists: 1, watches: 1 });
    expect(harness.log.errors().map(({ fields }) => 'key' in fields && fields.key)).toEqual(['fleet/a', 'fleet/a']);
  });

  it('returns the answer to an own write before the watch does and keeps older versions out', async () => {
    collection.put('a', { color: 'red' });
    const reflector = await start();

    reflector.observe({ ...anObject('a', '105'), color: 'ours' });
    collection.put('a', { color: 'older' });
    await settle();

    expect(reflector.get('fleet/a')?.color).toBe('ours');
    expect(changes).toEqual(['fleet/a new', 'fleet/a changed']);
  });

  it('stops in the middle of a wait without another request', async () => {
    collection.listFaults.push(new Error('refused'));
    const reflector = await start();

    harness.stop.abort();
    await harness.run;

    expect(reflector.synced).toBe(false);
    expect(collection.lists).toHaveLength(1);
    expect(collection.watches).toHaveLength(0);
  });

  it('rejects a wait for the sync when its signal is aborted', async () => {
    collection.listFaults.push(new Error('refused'));
    const reflector = await start();
    const impatient = new AbortController();

    const waiting = reflector.whenSynced(impatient.signal);
    impatient.abort(new Error('no patience'));

    await expect(waiting).rejects.toThrow('no patience');
  });
});

function failForA(subject: unknown): Thing {
  const name = typeof subject === 'string' ? subject : (subject as KubeObject).metadata.name;
  if (name === 'a' || name === 'fleet/a') throw new Error('cannot digest a');
  return { name: name ?? '', color: undefined };
}
