import { describe, expect, it } from '@jest/globals';
import { kubeBatchSource, type WatchDeps } from '../../../../src/agent/kube/kube-batch-source.ts';
import { kubeLeaseStore } from '../../../../src/agent/kube/kube-lease-store.ts';
import { kubePlanSource } from '../../../../src/agent/kube/kube-plan-source.ts';
import { kubeReportSource } from '../../../../src/agent/kube/kube-report-source.ts';
import type { UpgradeBatch } from '../../../../src/api/generated/upgradebatch.ts';
import { buildReportEvent } from '../../../../src/core/reports/report-event.ts';
import type { KubeClient, KubeObject, ListPage } from '../../../../src/kube/client/client.ts';
import { KubeError } from '../../../../src/kube/client/kube-error.ts';
import { aBatch, succeeded } from '../../../unit/core/notification/a-batch.ts';
import { settle } from '../batches.ts';

const { signal } = new AbortController();

/** A client of which only some calls work; the others are not expected. */
function client(calls: Partial<KubeClient>): KubeClient {
  return calls as KubeClient;
}

function failing(code: number, reason: string): () => Promise<never> {
  return () => Promise.reject(new KubeError(`answered with ${code} ${reason}`, { code, reason }));
}

function deps(calls: Partial<KubeClient>): WatchDeps {
  const silent = (): void => undefined;
  return {
    client: client(calls),
    namespace: 'fleet',
    log: { debug: silent, info: silent, warn: silent, error: silent },
    now: () => 0,
    random: () => 0.5,
    // Never over: nothing here waits for the time to pass.
    sleep: () => new Promise(() => undefined),
  };
}

/** A list and a watch of one collection: the watch stays open until it is aborted. */
function collection(
  objects: readonly object[],
): Pick<KubeClient, 'list' | 'watch'> & { readonly queries: Record<string, string>[] } {
  const queries: Record<string, string>[] = [];
  return {
    queries,
    // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the type of KubeClient.list
    list: <T>(path: string, query: Readonly<Record<string, string>> = {}) => {
      queries.push({ path, ...query });
      return Promise.resolve({ items: objects as T[], resourceVersion: '10' } satisfies ListPage<T>);
    },
    // eslint-disable-next-line require-yield -- nothing changes while the test watches
    async *watch(_path, _query, options) {
      await new Promise((resolve) => {
        options.signal.addEventListener('abort', resolve);
      });
    },
  };
}

describe('the Lease at the API server', () => {
  it('is written back as a whole', async () => {
    const lease = { metadata: { resourceVersion: '7' }, spec: { holderIdentity: 'node-1' }, fieldOfTheFuture: 1 };
    const sent: unknown[] = [];
    const replace = <T>(path: string, body: unknown): Promise<T> => {
      sent.push(path, body);
      return Promise.resolve(body as T);
    };
    const store = kubeLeaseStore(client({ get: <T>() => Promise.resolve(lease as T), replace }), 'fleet', 'kernel-agent');

    const { object } = await store.read(signal);

    expect((await store.update(object, signal)).holder).toBe('node-1');
    expect(sent).toEqual(['/apis/coordination.k8s.io/v1/namespaces/fleet/leases/kernel-agent', lease]);
  });

  it.each([
    { code: 409, reason: 'Conflict', error: { code: 'LeaseConflict' } },
    { code: 403, reason: 'Forbidden', error: { reason: 'Forbidden' } },
  ])('distinguishes a conflict from other errors: $reason', async ({ code, reason, error }) => {
    const store = kubeLeaseStore(client({ replace: failing(code, reason) }), 'fleet', 'kernel-agent');

    await expect(store.update({}, signal)).rejects.toMatchObject(error);
  });
});

describe('the plan and the batches at the API server', () => {
  it('are undefined once they are deleted', async () => {
    const gone = { get: failing(404, 'NotFound') };

    expect(await kubePlanSource(client(gone), 'fleet', 'kernel').read(signal)).toBeUndefined();
    expect(await kubeBatchSource(deps(gone), 'kernel').read('kernel-7f3c-1', signal)).toBeUndefined();
  });

  it('are an error when the API server does not answer', async () => {
    const silent = { get: failing(503, 'ServiceUnavailable') };

    await expect(kubePlanSource(client(silent), 'fleet', 'kernel').read(signal)).rejects.toMatchObject({ code: 503 });
    await expect(kubeBatchSource(deps(silent), 'kernel').read('kernel-7f3c-1', signal)).rejects.toMatchObject({ code: 503 });
  });

  it("are watched by the label of the plan, and only a batch's outbox and probe results are kept", async () => {
    const open: UpgradeBatch = { ...aBatch([succeeded('node-1')], { name: 'kernel-7f3c-2' }), status: {} };
    const word = { sink: 'ops', outcome: 'Failed', time: '2026-11-22T10:00:00Z' } as const;
    const probe = { ...word, id: 'uid-of-kernel-7f3c-3/probe' };
    const probed: UpgradeBatch = {
      ...aBatch([succeeded('node-1')], { name: 'kernel-7f3c-3' }),
      status: { notification: { id: 'uid-of-kernel-7f3c-3/1', receipts: [{ ...word, id: 'uid-of-kernel-7f3c-3/live' }, probe] } },
    };
    const batches = collection([settle(aBatch([succeeded('node-1')]), ['ops']), open, probed]);
    const source = kubeBatchSource(deps(batches), 'kernel');
    const stop = new AbortController();
    let changes = 0;

    const running = source.run(() => (changes += 1), stop.signal);
    while (changes === 0) await new Promise(setImmediate);
    stop.abort();
    await running;

    expect(batches.queries[0]).toMatchObject({ labelSelector: 'baton.dev/plan=kernel' });
    expect(source.outbox()).toEqual([
      { name: 'kernel-7f3c-4', uid: 'uid-of-kernel-7f3c-4', index: 4, id: 'uid-of-kernel-7f3c-4/1', sinks: ['ops'] },
    ]);
    expect(source.probes()).toEqual([probe]);
  });
});

describe('the reports at the API server', () => {
  const turn = {
    namespace: 'fleet',
    plan: 'kernel',
    batch: 'kernel-7f3c-4',
    batchUid: 'uid-of-kernel-7f3c-4',
    processes: ['kernel'],
    attempt: 1,
    openedTime: '2026-11-22T10:00:00Z',
    before: { unschedulable: false, bootId: 'boot-1', kept: [] },
  };

  function event(sequence: number): KubeObject {
    const text = {
      reason: 'UpgradeProgressing',
      note: undefined,
      progress: undefined,
      task: `task ${sequence}`,
      fromVersion: undefined,
      toVersion: undefined,
    } as const;
    const node = { name: 'node-1', uid: 'uid-of-node-1', bootId: 'boot-1' };
    const made = buildReportEvent(
      { turn, node, process: 'kernel', attempt: 1, sequence, text, instance: 'reporter', time: 0 },
      (hashed) => Buffer.from(hashed).toString('hex').slice(-40),
    );
    return {
      ...made,
      metadata: {
        ...made.metadata,
        name: `event-${sequence}`,
        resourceVersion: String(sequence),
        creationTimestamp: '2026-11-22T10:00:00Z',
      },
    };
  }

  it('are collected while the batch runs, so that they outlive their Events', async () => {
    const before = collection([event(1), event(2)]);
    const source = { current: before };
    const reports = kubeReportSource(
      deps({
        list: (path, query) => source.current.list(path, query),
        watch: (path, query, options) => source.current.watch(path, query, options),
      }),
    );
    const stop = new AbortController();
    const following = reports.follow('kernel-7f3c-4', stop.signal);
    while (before.queries.length === 0) await new Promise(setImmediate);
    await new Promise(setImmediate);
    stop.abort();
    await following;

    source.current = collection([event(2), event(3)]);
    const collected = await reports.collect('kernel-7f3c-4', signal);

    expect(collected.map(({ task }) => task).sort()).toEqual(['task 1', 'task 2', 'task 3']);
    expect(source.current.queries[0]).toMatchObject({ labelSelector: 'baton.dev/batch=kernel-7f3c-4' });
    expect(await reports.collect('kernel-7f3c-9', signal)).toHaveLength(2);
  });

  it('are listed to the last page', async () => {
    const pages: ListPage<KubeObject>[] = [
      { items: [event(1)], resourceVersion: '10', continue: 'page-2' },
      { items: [event(2)], resourceVersion: '10' },
    ];
    const asked: unknown[] = [];
    const list = <T>(_path: string, query?: Readonly<Record<string, string>>): Promise<ListPage<T>> => {
      asked.push(query?.['continue']);
      return Promise.resolve(pages[asked.length - 1] as unknown as ListPage<T>);
    };

    expect(await kubeReportSource(deps({ list })).collect('kernel-7f3c-4', signal)).toHaveLength(2);
    expect(asked).toEqual([undefined, 'page-2']);
  });
});
