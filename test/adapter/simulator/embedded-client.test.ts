import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createKubeClient, type KubeClient, type KubeObject } from '../../../src/kube/client/client.ts';
import { Reflector } from '../../../src/kube/watch/reflector.ts';
import { createApiServer, type ApiServer } from '../../../src/simulator/api-server/create-api-server.ts';
import { ApiServerDispatcher, directTransport } from '../../../src/simulator/api-server/dispatcher.ts';
import { EmbeddedKubeConfig } from '../../../src/simulator/api-server/embedded-kube-config.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { RecordingLog } from '../kube/support/recording-log.ts';

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';

describe('The client of src/kube on the embedded API server', () => {
  let server: ApiServer;
  let log: RecordingLog;
  let client: KubeClient;
  let kubeConfig: EmbeddedKubeConfig;
  const timers = new Set<() => void>();

  const ports = {
    now: Date.now,
    random: () => 0.5,
    sleep: async (milliseconds: number, signal?: AbortSignal): Promise<void> => {
      await wait(milliseconds, undefined, signal === undefined ? {} : { signal });
    },
    setTimer: systemClock.setTimer,
  };

  beforeEach(() => {
    timers.clear();
    log = new RecordingLog();
    server = createApiServer({
      definitions: [],
      now: Date.now,
      random: Math.random,
      log,
      setTimer: (_milliseconds, run) => {
        timers.add(run);
        return () => timers.delete(run);
      },
    });
    kubeConfig = new EmbeddedKubeConfig(new ApiServerDispatcher(directTransport(server)));
    client = createKubeClient({ kubeConfig, userAgent: 'baton-test/1', log, ...ports });
  });

  afterEach(() => kubeConfig.close());

  function reflect(pageSize = 2): { reflector: Reflector<string>; stop: () => Promise<void> } {
    const project = ({ metadata }: KubeObject): string => `${metadata.name ?? ''} ${metadata.labels?.['x'] ?? ''}`.trim();
    const reflector = new Reflector<string>({ client, log, path: CONFIG_MAPS, project, pageSize, ...ports });
    const stop = new AbortController();
    const run = reflector.run(stop.signal);
    return {
      reflector,
      stop: async () => {
        stop.abort();
        await run;
      },
    };
  }

  async function until(reflector: Reflector<string>, expected: readonly string[]): Promise<void> {
    for (let attempt = 0; attempt < 200; attempt += 1) {
      if (JSON.stringify([...reflector.values()].sort()) === JSON.stringify(expected)) return;
      await wait(5);
    }
    expect([...reflector.values()].sort()).toEqual(expected);
  }

  it('creates, reads, patches and deletes', async () => {
    const created = await client.create<KubeObject>(CONFIG_MAPS, { metadata: { name: 'a' }, data: { k: 'v' } });
    await client.jsonPatch(`${CONFIG_MAPS}/a`, [
      { op: 'test', path: '/metadata/uid', value: created.metadata.uid },
      { op: 'replace', path: '/data/k', value: 'w' },
    ]);
    await client.mergePatch(`${CONFIG_MAPS}/a`, { metadata: { labels: { x: '1' } } });

    expect(await client.get(`${CONFIG_MAPS}/a`)).toMatchObject({ data: { k: 'w' }, metadata: { labels: { x: '1' } } });
    await expect(client.replace(`${CONFIG_MAPS}/a`, created)).rejects.toMatchObject({ code: 409, reason: 'Conflict' });
    await client.delete(`${CONFIG_MAPS}/a`);
    await expect(client.get(`${CONFIG_MAPS}/a`)).rejects.toMatchObject({ code: 404, reason: 'NotFound' });
  });

  it('reflects a collection in pages, and keeps it current', async () => {
    for (const name of ['a', 'b', 'c']) await client.create(CONFIG_MAPS, { metadata: { name } });
    const { reflector, stop } = reflect();
    await reflector.whenSynced();
    await until(reflector, ['a', 'b', 'c']);

    await client.mergePatch(`${CONFIG_MAPS}/b`, { metadata: { labels: { x: '1' } } });
    await client.delete(`${CONFIG_MAPS}/a`);
    await client.create(CONFIG_MAPS, { metadata: { name: 'd' } });

    await until(reflector, ['b 1', 'c', 'd']);
    await stop();
    expect(timers.size).toBe(0);
  });

  it('lists again when the server has compacted what it watched from', async () => {
    const { reflector, stop } = reflect();
    await reflector.whenSynced();
    await stop();
    await client.create(CONFIG_MAPS, { metadata: { name: 'a' } });
    const events: string[] = [];
    server.compact();

    const watching = (async () => {
      const query = { resourceVersion: '1' };
      for await (const event of client.watch(CONFIG_MAPS, query, { signal: AbortSignal.timeout(5_000) })) events.push(event.type);
    })();

    await expect(watching).rejects.toMatchObject({ code: 410, reason: 'Expired' });
    expect(events).toEqual([]);
  });

  it('rejects a continue token from before a compaction, and offers another one', async () => {
    for (const name of ['a', 'b', 'c']) await client.create(CONFIG_MAPS, { metadata: { name } });
    const page = await client.list(CONFIG_MAPS, { limit: '1' });
    await client.delete(`${CONFIG_MAPS}/b`);
    server.compact();

    const rest = client.list(CONFIG_MAPS, { limit: '1', continue: page.continue ?? '' });

    await expect(rest).rejects.toMatchObject({ code: 410, reason: 'Expired' });
  });

  it('is told 501 what the server does not support, and the server logs it', async () => {
    const call = client.get('/apis/autoscaling/v2/horizontalpodautoscalers');

    await expect(call).rejects.toMatchObject({ code: 501, reason: 'NotImplemented' });
    expect(log.lines).toContainEqual(expect.objectContaining({ level: 'warn', message: 'Request is not supported' }));
  });

  it('ends open watches when the connection is closed', async () => {
    const watching = (async () => {
      const signal = AbortSignal.timeout(5_000);
      for await (const _event of client.watch(CONFIG_MAPS, {}, { signal }));
    })();
    await wait(20);

    await kubeConfig.close();

    await expect(watching).rejects.toMatchObject({ code: 0 });
    expect(timers.size).toBe(0);
  });
});
