import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { KubeError } from '../../../../src/kube/client/kube-error.ts';
import { expired } from '../support/collection.ts';
import { ReflectorHarness } from '../support/reflector-harness.ts';
import { settle } from '../support/virtual-time.ts';

let harness: ReflectorHarness;
let collection: ReflectorHarness['collection'];
let start: ReflectorHarness['start'];
let time: ReflectorHarness['time'];
let changes: ReflectorHarness['changes'];

beforeEach(() => {
  harness = new ReflectorHarness();
  ({ collection, start, time, changes } = harness);
});
afterEach(async () => {
  harness.stop.abort();
  await harness.run;
  expect(collection.openWatches).toBe(0);
});

describe('A reflector whose watch ends', () => {
  it('resumes from the last bookmark when the server closes the watch, at once and without a list', async () => {
    await start();
    await time.advance(240_000 - 100_000);
    collection.bookmark();
    await time.advance(100_000);

    collection.closeWatches();
    await settle();

    expect(collection.watches.map((query) => query['resourceVersion'])).toEqual(['100', '101']);
    expect(collection.lists).toHaveLength(1);
  });

  it('catches up after the connection broke', async () => {
    const reflector = await start();
    await time.advance(10_000);

    collection.breakWatches(new KubeError('reset', { code: 0, reason: 'NoAnswer' }));
    collection.put('a');
    await time.advance(1_000);

    expect(reflector.get('fleet/a')).toBeDefined();
    expect(reflector.statistics).toMatchObject({ relists: 1, watches: 2 });
  });

  it('does not loop tightly when every watch is closed at once', async () => {
    collection.refuseWatches = true;

    await start();
    await time.advance(60_000);

    expect(collection.watches.length).toBeGreaterThan(4);
    expect(collection.watches.length).toBeLessThan(10);
    expect(collection.lists).toHaveLength(1);
  });

  it('does not loop tightly when every list is followed by an expired watch', async () => {
    for (let times = 0; times < 100; times += 1) collection.watchFaults.push(expired());

    await start();
    await time.advance(60_000);

    expect(collection.lists.length).toBeGreaterThan(4);
    expect(collection.lists.length).toBeLessThan(10);
  });

  it('detects a half-open connection by its silence and resumes', async () => {
    const reflector = await start({ silenceMs: 150_000 });
    collection.deafen();
    collection.put('a');

    await time.advance(149_999);
    expect(reflector.get('fleet/a')).toBeUndefined();
    await time.advance(2);

    expect(reflector.get('fleet/a')).toBeDefined();
    expect(reflector.statistics).toMatchObject({ relists: 1, watches: 2 });
  });

  it('keeps a quiet watch that has bookmarks', async () => {
    await start({ silenceMs: 150_000 });

    for (let minutes = 0; minutes < 60; minutes += 1) {
      await time.advance(60_000);
      collection.bookmark();
    }

    expect(collection.watches).toHaveLength(1);
  });

  it('lists again after two silences in a row', async () => {
    collection.deafWatches = true;
    const reflector = await start({ silenceMs: 150_000 });

    await time.advance(150_001);
    expect(reflector.statistics.relists).toBe(1);
    await time.advance(150_001);

    expect(reflector.statistics.relists).toBe(2);
  });

  it('lists again at once when the watch has expired and finds deletions in the gap', async () => {
    collection.put('a');
    collection.put('b');
    const reflector = await start();
    collection.bookmark();
    await time.advance(10_000);

    collection.deafen();
    collection.remove('a');
    collection.put('c');
    collection.compact();
    collection.breakWatches(expired());
    await settle();

    expect(changes).toEqual(['fleet/a new', 'fleet/b new', 'fleet/c new', 'fleet/a gone']);
    expect(reflector.statistics.relists).toBe(2);
  });

  it('lists again from the beginning when a page has expired', async () => {
    for (const name of ['a', 'b', 'c']) collection.put(name);
    collection.onList = (query) => {
      if (query['continue'] === undefined || collection.lists.length > 2) return;
      collection.remove('a');
      collection.listFaults.push(expired());
    };

    const reflector = await start({ pageSize: 2 });
    await time.advance(2_000);

    expect(collection.lists.map((query) => query['continue'])).toEqual([undefined, '2', undefined]);
    expect([...reflector.values()].map(({ name }) => name)).toEqual(['b', 'c']);
  });

  it('lists again when the server does not have our version', async () => {
    const reflector = await start();
    await time.advance(10_000);

    const causes = [{ reason: 'ResourceVersionTooLarge' }];
    collection.breakWatches(new KubeError('too large', { code: 504, reason: 'Timeout', causes }));
    await time.advance(1_000);

    expect(reflector.statistics.relists).toBe(2);
  });

  it('starts from scratch after the store was restored from a backup', async () => {
    collection.put('a', { color: 'red' });
    collection.put('b');
    const reflector = await start();

    collection.restore(50);
    collection.put('a', { color: 'blue' });
    collection.breakWatches(expired());
    await time.advance(2_000);
    collection.put('a', { color: 'green' });
    await settle();

    expect([...reflector.entries()]).toEqual([['fleet/a', { name: 'a', color: 'green' }]]);
  });

  it('waits as long as the server asks when there are too many requests', async () => {
    collection.watchFaults.push(new KubeError('too many', { code: 429, reason: 'TooManyRequests', retryAfterSeconds: 7 }));

    await start();
    await time.advance(6_999);
    expect(collection.watches).toHaveLength(1);
    await time.advance(1);

    expect(collection.watches).toHaveLength(2);
  });

  it('keeps retrying for hours when nothing can be listed', async () => {
    const reflector = await start();
    for (let times = 0; times < 1_000; times += 1) collection.watchFaults.push(new Error('refused'));

    collection.breakWatches(new Error('refused'));
    await time.advance(3 * 3_600_000);

    // At most 30 s between two attempts, and not much less.
    expect(reflector.statistics.watches).toBeGreaterThan((3 * 3_600) / 30);
    expect(reflector.statistics.watches).toBeLessThan((3 * 3_600) / 15);
  });

  it('reports an object that was recreated during the gap as a deletion and an addition', async () => {
    collection.put('a', {}, 'first');
    await start();

    collection.deafen();
    collection.remove('a');
    collection.put('a', {}, 'second');
    collection.compact();
    collection.breakWatches(expired());
    await time.advance(1_000);

    expect(changes).toEqual(['fleet/a new', 'fleet/a gone', 'fleet/a new']);
  });
});
