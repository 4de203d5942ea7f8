import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../../../src/kube/client/client.ts';
import { startCluster, type Cluster } from '../../../cluster/cluster.ts';
import { waitFor } from '../../../cluster/wait-for.ts';
import {
  CONFIG_MAPS,
  configMap,
  connectDirectly,
  connectThroughRelay,
  reflect,
  type RunningReflector,
  type TestClient,
} from '../reflected-cluster.ts';
import { print } from '../../../support/print.ts';

describe('a Reflector on a real API server', () => {
  let cluster: Cluster;
  let direct: TestClient;
  /** Watches, from the beginning, what no object is selected for. */
  let idle: RunningReflector;
  const cleanups: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    cluster = await startCluster({ name: 'kube-reflector', controlPlaneOnly: true });
    direct = connectDirectly(cluster);
    idle = await reflect(direct, { query: { labelSelector: 'no=such' } });
  }, 120_000);

  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
    await direct.client.deleteCollection(CONFIG_MAPS, { labelSelector: 'test' });
  });

  afterAll(async () => {
    await idle.stop();
    await direct.close();
    await cluster.stop();
  }, 60_000);

  function later(cleanup: () => Promise<void>): void {
    cleanups.push(cleanup);
  }

  async function create(name: string, value = ''): Promise<KubeObject> {
    return direct.client.create<KubeObject>(CONFIG_MAPS, configMap(name, value, { test: 'yes' }));
  }

  /** Seconds until it is so; fails after the limit. */
  async function secondsUntil(what: string, probe: () => boolean, limitSeconds: number): Promise<number> {
    const started = performance.now();
    await waitFor(probe, { what, timeoutMs: limitSeconds * 1000, intervalMs: 10 });
    return (performance.now() - started) / 1000;
  }

  it('lists 1,200 objects in three pages and follows them over the same connection', async () => {
    const relayed = await connectThroughRelay(cluster);
    later(relayed.close);
    for (let batch = 0; batch < 12; batch += 1) {
      await Promise.all(Array.from({ length: 100 }, (_, index) => create(`page-${batch}-${index}`)));
    }

    const started = performance.now();
    const { reflector, stop } = await reflect(relayed, { query: { labelSelector: 'test' } });
    later(stop);
    print(`1,200 objects were listed in ${Math.round(performance.now() - started)} ms`);
    expect(reflector.size).toBe(1_200);
    await direct.client.deleteCollection(CONFIG_MAPS, { labelSelector: 'test' });
    await secondsUntil('all deletions', () => reflector.size === 0, 30);

    expect(reflector.statistics).toMatchObject({ relists: 1, watches: 1, events: 1_200 });
    expect(relayed.relay.connections()).toBe(1);
  }, 120_000);

  it('never shows an object older than our last write to it', async () => {
    const { reflector, stop } = await reflect(direct);
    later(stop);
    reflector.observe(await create('written', '0'));
    let behind = 0;

    for (let value = 1; value <= 200; value += 1) {
      const answer = await direct.client.mergePatch<KubeObject>(`${CONFIG_MAPS}/written`, { data: { value: String(value) } });
      reflector.observe(answer);
      if (reflector.get('default/written')?.value !== String(value)) behind += 1;
      await new Promise(setImmediate);
      if (reflector.get('default/written')?.value !== String(value)) behind += 1;
    }
    await direct.client.delete(`${CONFIG_MAPS}/written`);
    reflector.observeDeleted('default/written', reflector.get('default/written')?.uid ?? '');

    expect(behind).toBe(0);
    expect(reflector.get('default/written')).toBeUndefined();
    await create('marker');
    await secondsUntil('the watch', () => reflector.get('default/marker') !== undefined, 10);
    expect(reflector.get('default/written')).toBeUndefined();
  }, 60_000);

  it('finds what it missed while its connection was cut, without a list', async () => {
    const relayed = await connectThroughRelay(cluster);
    later(relayed.close);
    await create('stays');
    await create('goes');
    const { reflector, stop } = await reflect(relayed, { query: { labelSelector: 'test' } });
    later(stop);

    relayed.relay.cut();
    await direct.client.delete(`${CONFIG_MAPS}/goes`);
    await create('comes');
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await relayed.relay.mend();
    const seconds = await secondsUntil(
      'both changes',
      () => both(reflector.get('default/goes'), reflector.get('default/comes')),
      40,
    );

    print(`After a cut of 1 s, what was missed was found ${seconds.toFixed(1)} s after the mending`);
    expect(reflector.statistics.relists).toBe(1);
  }, 60_000);

  it('finds what it missed behind a connection that swallows everything', async () => {
    const relayed = await connectThroughRelay(cluster, { headersMs: 2_000, bodyMs: 3_000 });
    later(relayed.close);
    await create('goes');
    const { reflector, stop } = await reflect(relayed, { query: { labelSelector: 'test' } });
    later(stop);
    await create('first');
    await secondsUntil('the watch', () => reflector.get('default/first') !== undefined, 10);

    relayed.relay.swallow();
    await direct.client.delete(`${CONFIG_MAPS}/goes`);
    await create('comes');
    const seconds = await secondsUntil(
      'both changes',
      () => both(reflector.get('default/goes'), reflector.get('default/comes')),
      40,
    );

    print(`With 3 s of silence allowed, a dead connection cost ${seconds.toFixed(1)} s`);
    expect(relayed.relay.connections()).toBeGreaterThan(1);
  }, 60_000);

  it('finds what it missed by its own watchdog, when the pool does not mind', async () => {
    const relayed = await connectThroughRelay(cluster, { headersMs: 2_000, bodyMs: 300_000 });
    later(relayed.close);
    const { reflector, stop } = await reflect(relayed, { silenceMs: 3_000, query: { labelSelector: 'test' } });
    later(stop);
    await create('first');
    await secondsUntil('the watch', () => reflector.get('default/first') !== undefined, 10);

    relayed.relay.swallow();
    await create('comes');
    const seconds = await secondsUntil('the change', () => reflector.get('default/comes') !== undefined, 40);

    print(`With a watchdog of 3 s, a dead connection cost ${seconds.toFixed(1)} s`);
    expect(JSON.stringify(relayed.log.lines.map(({ fields }) => String('error' in fields && fields.error)))).toContain(
      'SilenceError',
    );
  }, 60_000);

  it('hears bookmarks of changes that its query does not select', async () => {
    const before = idle.reflector.statistics;
    await create('not-selected');

    await secondsUntil('a bookmark', () => idle.reflector.statistics.lastActivity !== before.lastActivity, 90);

    expect(idle.reflector.statistics).toMatchObject({ events: 0, relists: 1, watches: 1 });
  }, 120_000);

  it('goes on after the API server was killed, and lists again when its version is forgotten', async () => {
    const relayed = await connectThroughRelay(cluster);
    later(relayed.close);
    await create('stays');
    await create('goes');
    const { reflector, stop } = await reflect(relayed, { query: { labelSelector: 'test' } });
    later(stop);

    await cluster.killApiServer();
    relayed.relay.cut();
    await cluster.startApiServer();
    await direct.client.delete(`${CONFIG_MAPS}/goes`);
    await create('comes');
    // A new API server knows no earlier versions than its start, so a second one knows nothing of these changes.
    await cluster.killApiServer();
    await cluster.startApiServer();
    await relayed.relay.mend();
    const seconds = await secondsUntil(
      'both changes',
      () => both(reflector.get('default/goes'), reflector.get('default/comes')),
      60,
    );

    print(`After two restarts of the API server, what was missed was found ${seconds.toFixed(1)} s after it was back`);
    expect(reflector.get('default/stays')).toBeDefined();
    expect(reflector.statistics.relists).toBe(2);
  }, 120_000);
});

function both(gone: unknown, come: unknown): boolean {
  return gone === undefined && come !== undefined;
}
