import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../../src/kube/client.ts';
import { KubeError } from '../../../src/kube/kube-error.ts';
import { Reflector, type ReflectorOptions } from '../../../src/kube/reflector.ts';
import { Collection, anObject, expired } from './support/collection.ts';
import { RecordingLog } from './support/recording-log.ts';
import { VirtualTime, settle } from './support/virtual-time.ts';

interface Thing {
  readonly name: string;
  readonly color: unknown;
}

function project(object: KubeObject): Thing | undefined {
  return object['boring'] === true ? undefined : { name: object.metadata.name ?? '', color: object['color'] };
}

describe('Reflector', () => {
  let collection: Collection;
  let time: VirtualTime;
  let log: RecordingLog;
  let stop: AbortController;
  let changes: string[];
  let run: Promise<void> | undefined;

  beforeEach(() => {
    collection = new Collection();
    time = new VirtualTime();
    log = new RecordingLog();
    stop = new AbortController();
    changes = [];
    run = undefined;
  });

  afterEach(async () => {
    stop.abort();
    await run;
    expect(collection.openWatches).toBe(0);
  });

  function record(key: string, current: Thing | undefined, previous: Thing | undefined): void {
    changes.push(current === undefined ? `${key} gone` : previous === undefined ? `${key} new` : `${key} changed`);
  }

  async function start(options: Partial<ReflectorOptions<Thing>> = {}): Promise<Reflector<Thing>> {
    const ports = { client: collection, log, now: time.now, random: () => 0.5, sleep: time.sleep };
    const reflector = new Reflector<Thing>({ ...ports, path: '/apis/x/v1/things', project, onChange: record, ...options });
    run = reflector.run(stop.signal);
    await settle();
    return reflector;
  }

  it('lists in pages, projects each object, and says when it is in sync', async () => {
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

  it('takes an object out that is of no interest any more', async () => {
    collection.put('a');
    const reflector = await start();

    collection.put('a', { boring: true });
    await settle();

    expect(changes).toEqual(['fleet/a new', 'fleet/a gone']);
    expect(reflector.size).toBe(0);
  });

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

  it('finds what was missed when the connection breaks', async () => {
    const reflector = await start();
    await time.advance(10_000);

    collection.breakWatches(new KubeError('reset', { code: 0, reason: 'NoAnswer' }));
    collection.put('a');
    await time.advance(1_000);

    expect(reflector.get('fleet/a')).toBeDefined();
    expect(reflector.statistics).toMatchObject({ relists: 1, watches: 2 });
  });

  it('does not whirl when every watch is closed at once', async () => {
    collection.refuseWatches = true;

    await start();
    await time.advance(60_000);

    expect(collection.watches.length).toBeGreaterThan(4);
    expect(collection.watches.length).toBeLessThan(10);
    expect(collection.lists).toHaveLength(1);
  });

  it('does not whirl when every list is followed by a watch that has expired', async () => {
    for (let times = 0; times < 100; times += 1) collection.watchFaults.push(expired());

    await start();
    await time.advance(60_000);

    expect(collection.lists.length).toBeGreaterThan(4);
    expect(collection.lists.length).toBeLessThan(10);
  });

  it('finds a half-open connection by its silence, and resumes', async () => {
    const reflector = await start({ silenceMs: 150_000 });
    collection.deafen();
    collection.put('a');

    await time.advance(149_999);
    expect(reflector.get('fleet/a')).toBeUndefined();
    await time.advance(2);

    expect(reflector.get('fleet/a')).toBeDefined();
    expect(reflector.statistics).toMatchObject({ relists: 1, watches: 2 });
  });

  it('does not take a quiet watch with bookmarks for a dead one', async () => {
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

  it('lists again at once when the watch has expired, and finds deletions in the gap', async () => {
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

  it('lists again when the server does not know our version', async () => {
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

  it('goes on trying for hours when nothing can be listed', async () => {
    const reflector = await start();
    for (let times = 0; times < 1_000; times += 1) collection.watchFaults.push(new Error('refused'));

    collection.breakWatches(new Error('refused'));
    await time.advance(3 * 3_600_000);

    // At most 30 s between two attempts, and not much less.
    expect(reflector.statistics.watches).toBeGreaterThan((3 * 3_600) / 30);
    expect(reflector.statistics.watches).toBeLessThan((3 * 3_600) / 15);
  });

  it.each([
    ['onChange', { onChange: failForA }],
    ['project', { project: failForA }],
  ])('survives an exception of %s, tells the key, and loses no other object', async (_where, options) => {
    collection.put('a');
    collection.put('b');
    const reflector = await start(options);

    collection.put('a');
    collection.put('c');
    await settle();

    expect(reflector.get('fleet/c')).toBeDefined();
    expect(reflector.statistics).toMatchObject({ relists: 1, watches: 1 });
    expect(log.errors().map(({ fields }) => 'key' in fields && fields.key)).toEqual(['fleet/a', 'fleet/a']);
  });

  it('shows the answer to our own write before the watch does, and takes no older news over it', async () => {
    collection.put('a', { color: 'red' });
    const reflector = await start();

    reflector.observe({ ...anObject('a', '105'), color: 'ours' });
    collection.put('a', { color: 'older' });
    await settle();

    expect(reflector.get('fleet/a')?.color).toBe('ours');
    expect(changes).toEqual(['fleet/a new', 'fleet/a changed']);
  });

  it('tells an object that was recreated while nobody looked as gone and new', async () => {
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

  it('stops when told, in the middle of a wait, without another request', async () => {
    collection.listFaults.push(new Error('refused'));
    const reflector = await start();

    stop.abort();
    await run;

    expect(reflector.synced).toBe(false);
    expect(collection.lists).toHaveLength(1);
    expect(collection.watches).toHaveLength(0);
  });

  it('lets those go who wait for the sync when their signal is aborted', async () => {
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
