import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubeError } from '../../../src/kube/client/kube-error.ts';
import { anObject, expired } from './support/collection.ts';
import { kubeConfigFor } from './support/loopback-server.ts';
import { RecordingLog } from './support/recording-log.ts';
import { ThingOperator } from './support/thing-operator.ts';
import { VirtualTime, settle } from './support/virtual-time.ts';
import { WritingClient } from './support/writing-client.ts';

describe('SafeOperator', () => {
  let client: WritingClient;
  let time: VirtualTime;
  let log: RecordingLog;
  let operator: ThingOperator;

  beforeEach(() => {
    client = new WritingClient();
    time = new VirtualTime();
    log = new RecordingLog();
    operator = makeOperator();
  });

  afterEach(async () => {
    operator.stop();
    await operator.stopped();
    expect(client.collection.openWatches).toBe(0);
  });

  function makeOperator(): ThingOperator {
    const ports = { client, log, now: time.now, random: () => 1, sleep: time.sleep };
    return new ThingOperator({ kubeConfig: kubeConfigFor('http://127.0.0.1:9'), ...ports });
  }

  async function start(): Promise<void> {
    await operator.start();
    await operator.whenSynced();
    await settle();
  }

  function told(): string[] {
    return operator.events.map(({ type, meta }) => `${type} ${meta.namespace ?? ''}/${meta.name}@${meta.resourceVersion}`);
  }

  it('delivers additions, changes and deletions with the metadata of the base class', async () => {
    client.collection.put('a');
    await start();

    client.collection.put('a');
    await settle();
    client.collection.remove('a');
    await settle();

    expect(told()).toEqual(['ADDED fleet/a@101', 'MODIFIED fleet/a@102', 'DELETED fleet/a@102']);
    expect(operator.events[0]?.meta).toMatchObject({ id: 'things.v1', apiVersion: 'v1', kind: 'Thing' });
  });

  it('finds a deletion that happened while the watch was down', async () => {
    client.collection.put('a');
    await start();

    client.collection.deafen();
    client.collection.remove('a');
    client.collection.compact();
    client.collection.breakWatches(expired());
    await time.advance(2_000);

    expect(told()).toEqual(['ADDED fleet/a@101', 'DELETED fleet/a@101']);
  });

  it('handles one event of an object at a time, and then only the newest', async () => {
    let finish = (): void => undefined;
    operator.handler = () => new Promise((resolve) => (finish = resolve));
    client.collection.put('a');
    await start();

    for (let times = 0; times < 3; times += 1) client.collection.put('a');
    await settle();
    expect(told()).toEqual(['ADDED fleet/a@101']);
    finish();
    await settle();

    expect(told()).toEqual(['ADDED fleet/a@101', 'MODIFIED fleet/a@104']);
    finish();
  });

  it('delivers an event again when its handler failed and logs why', async () => {
    operator.handler = () => (operator.events.length < 3 ? Promise.reject(new Error('not yet')) : Promise.resolve());
    client.collection.put('a');

    await start();
    await time.advance(60_000);

    expect(told()).toEqual(['ADDED fleet/a@101', 'ADDED fleet/a@101', 'ADDED fleet/a@101']);
    expect(log.errors()[0]).toMatchObject({ message: 'Handling a key failed', fields: { queue: 'things', key: 'fleet/a' } });
  });

  it('passes each handler a copy, so that none can change the cache', async () => {
    operator.handler = ({ object }) => {
      (object as { spec?: unknown }).spec = 'changed';
      return Promise.resolve();
    };
    client.collection.put('a', { spec: 'original' });

    await start();

    expect(operator.things.get('fleet/a')?.['spec']).toBe('original');
  });

  it('never exits the process, whatever happens to the watch', async () => {
    const exit = jest.spyOn(process, 'exit').mockImplementation((() => undefined) as unknown as typeof process.exit);
    await start();

    for (const error of [new Error('reset'), expired(), new KubeError('x', { code: 500, reason: 'InternalError' })]) {
      client.collection.breakWatches(error);
      await time.advance(60_000);
    }
    operator.stop();
    await operator.stopped();

    expect(exit).not.toHaveBeenCalled();
    exit.mockRestore();
  });

  it('patches and replaces a status only at the observed version and caches the answer at once', async () => {
    client.collection.put('a');
    await start();
    const meta = operator.events[0]!.meta;
    client.answer = { ...anObject('a', '900'), status: 'new' };

    const after = await operator.patchStatus(meta, { ready: true });
    expect(operator.things.get('fleet/a')?.['status']).toBe('new');
    await operator.setStatus(after, { ready: false });

    expect(client.writes).toEqual([
      {
        verb: 'PATCH',
        path: '/apis/x/v1/namespaces/fleet/things/a/status',
        body: { metadata: { resourceVersion: '101' }, status: { ready: true } },
      },
      {
        verb: 'PUT',
        path: '/apis/x/v1/namespaces/fleet/things/a/status',
        body: {
          apiVersion: 'v1',
          kind: 'Thing',
          metadata: { name: 'a', namespace: 'fleet', resourceVersion: '900' },
          status: { ready: false },
        },
      },
    ]);
  });

  it('throws when a write fails, where the base class would return null', async () => {
    client.collection.put('a');
    await start();
    client.answer = new KubeError('changed since', { code: 409, reason: 'Conflict' });

    await expect(operator.patchStatus(operator.events[0]!.meta, {})).rejects.toMatchObject({ reason: 'Conflict' });
    await expect(operator.setStatus(operator.events[0]!.meta, {})).rejects.toMatchObject({ reason: 'Conflict' });
    await expect(operator.finalize(operator.events[0]!, () => Promise.resolve())).rejects.toMatchObject({ reason: 'Conflict' });
  });

  it('sets and clears finalizers through the base class and removes objects that this deletes', async () => {
    client.collection.put('a');
    await start();
    await operator.finalize(operator.events[0]!, () => Promise.resolve());
    const metadata = { ...anObject('a', '902').metadata, finalizers: ['x/done'], deletionTimestamp: '2026-01-01T00:00:00Z' };
    client.collection.put('a', { metadata });
    await settle();
    client.answer = { ...anObject('a', '903'), metadata: { ...metadata, resourceVersion: '903', finalizers: [] } };
    const act = jest.fn(() => Promise.resolve());

    await operator.finalize(operator.events.at(-1)!, act);

    expect(act).toHaveBeenCalledTimes(1);
    expect(client.writes.map(({ body }) => body)).toEqual([
      { metadata: { resourceVersion: '101', finalizers: ['x/done'] } },
      { metadata: { resourceVersion: '902', finalizers: [] } },
    ]);
    expect(operator.things.size).toBe(0);
  });

  it('rejects what Baton does in another way', async () => {
    for (const call of operator.forbidden()) await expect(call).rejects.toThrow();
    await operator.start();
    await expect(operator.watchAgain()).rejects.toThrow('things are already being watched');
    expect(operator.server).toBe('http://127.0.0.1:9/apis/x/v1/namespaces/fleet/things');
  });

  it('starts to stop at once and has stopped when the last handler has', async () => {
    let finish = (): void => undefined;
    operator.handler = () => new Promise((resolve) => (finish = resolve));
    client.collection.put('a');
    await start();
    let stopped = false;

    operator.stop();
    void operator.stopped().then(() => (stopped = true));
    await settle();
    expect(client.collection.openWatches).toBe(0);
    expect(stopped).toBe(false);
    finish();
    await settle();

    expect(stopped).toBe(true);
  });

  it('takes no cluster from the environment, whether the file is valid or not, and does not change the environment', () => {
    const directory = mkdtempSync(join(tmpdir(), 'baton-operator-'));
    const before = process.env['KUBECONFIG'];
    const broken = join(directory, 'config');
    writeFileSync(broken, '{ not: [yaml');
    process.env['KUBECONFIG'] = broken;
    try {
      expect(JSON.stringify(makeOperator().coreApi)).toContain('127.0.0.1:9');
      expect(process.env['KUBECONFIG']).toBe(broken);
    } finally {
      if (before === undefined) delete process.env['KUBECONFIG'];
      else process.env['KUBECONFIG'] = before;
      rmSync(directory, { recursive: true });
    }
  });
});
