import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from '@jest/globals';
import { buildReportEvent } from '../../../src/core/reports/report-event.ts';
import { createKubeClient } from '../../../src/kube/client/client.ts';
import { kubeReportStore } from '../../../src/reporter/kube-report-store.ts';
import type { ReportStore } from '../../../src/reporter/report-store.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { kubeConfigFor, sendJson, sendStatus, startServer } from '../kube/support/loopback-server.ts';
import type { Answer, LoopbackServer } from '../kube/support/loopback-server.ts';
import { RecordingLog } from '../kube/support/recording-log.ts';

const EVENT = buildReportEvent(
  {
    turn: { namespace: 'fleet', plan: 'kernel', batch: 'kernel-7f3c-4', batchUid: 'b' },
    node: { name: 'node-217', uid: 'n', bootId: 'boot-1' },
    process: 'os',
    attempt: 1,
    sequence: 1,
    text: {
      reason: 'UpgradeStarted',
      note: 'n',
      progress: undefined,
      task: undefined,
      fromVersion: undefined,
      toVersion: undefined,
    },
    instance: 'i',
    time: 0,
  },
  (text) => createHash('sha256').update(text).digest('hex'),
);
const COLLECTION = '/apis/events.k8s.io/v1/namespaces/fleet/events';
const OBJECT = `${COLLECTION}/${EVENT.metadata.name}`;

let server: LoopbackServer;
let end: () => Promise<void> = () => Promise.resolve();
afterEach(async () => {
  await end();
});

async function storeOf(answer: Answer): Promise<ReportStore> {
  server = await startServer(answer);
  const kubeConfig = kubeConfigFor(server.url);
  end = async () => {
    await kubeConfig.close();
    await server.close();
  };
  const sleep = (): Promise<void> => Promise.resolve();
  // Each look at the clock costs a second, so that the client's own tries come to an end.
  let seconds = 0;
  const now = (): number => (seconds += 1) * 1000;
  return kubeReportStore(
    createKubeClient({
      ...{ kubeConfig, userAgent: 'test', log: new RecordingLog(), now, random: () => 0.5, sleep, deadlineMs: 5000 },
      setTimer: systemClock.setTimer,
    }),
  );
}

describe('kubeReportStore', () => {
  it('creates the Event in the namespace of the plan', async () => {
    const store = await storeOf((_request, response) => {
      sendJson(response, 201, EVENT);
    });

    expect(await store.create(EVENT)).toEqual({ kind: 'Done', value: 'Created' });
    expect(server.requests).toMatchObject([{ method: 'POST', path: COLLECTION }]);
    expect(JSON.parse(server.requests[0]!.body)).toEqual(EVENT);
  });

  it('reads an Event and returns undefined for 404', async () => {
    const store = await storeOf((request, response) => {
      if (request.path === OBJECT) sendJson(response, 200, EVENT);
      else sendStatus(response, 404, 'NotFound');
    });

    expect(await store.read('fleet', EVENT.metadata.name)).toEqual({ kind: 'Done', value: EVENT });
    expect(await store.read('fleet', 'other')).toEqual({ kind: 'Done', value: undefined });
  });

  it('writes a heartbeat as a merge patch of the series only and treats 404 as expired', async () => {
    const store = await storeOf((request, response) => {
      if (request.path === OBJECT) sendJson(response, 200, EVENT);
      else sendStatus(response, 404, 'NotFound');
    });
    const series = { count: 2, lastObservedTime: '2026-01-02T03:04:05.000000Z' };

    expect(await store.patchSeries('fleet', EVENT.metadata.name, series)).toEqual({ kind: 'Done', value: 'Patched' });
    expect(await store.patchSeries('fleet', 'other', series)).toEqual({ kind: 'Done', value: 'Gone' });
    expect(server.requests[0]).toMatchObject({ method: 'PATCH', path: OBJECT });
    expect(server.requests[0]!.headers['content-type']).toBe('application/merge-patch+json');
    expect(JSON.parse(server.requests[0]!.body)).toEqual({ series });
  });

  it.each([
    [409, 'AlreadyExists', { kind: 'Done', value: 'Exists' }],
    [403, 'Forbidden', { kind: 'Rejected' }],
    [404, 'NotFound', { kind: 'Rejected' }],
    [422, 'Invalid', { kind: 'Rejected' }],
    [401, 'Unauthorized', { kind: 'Unavailable', retryAfterMs: undefined }],
    [500, 'InternalError', { kind: 'Unavailable', retryAfterMs: undefined }],
    [503, 'ServiceUnavailable', { kind: 'Unavailable', retryAfterMs: undefined }],
  ])('maps %i %s for a create to %j', async (code, reason, expected) => {
    const store = await storeOf((_request, response) => {
      sendStatus(response, code, reason);
    });

    expect(await store.create(EVENT)).toMatchObject(expected);
  });

  it('returns the delay that the API server asks for', async () => {
    const store = await storeOf((_request, response) => {
      sendStatus(response, 429, 'TooManyRequests', { headers: { 'Retry-After': '7' } });
    });

    expect(await store.create(EVENT)).toMatchObject({ kind: 'Unavailable', retryAfterMs: 7000 });
  });

  it('treats a broken connection as unavailable', async () => {
    const store = await storeOf((_request, response) => {
      response.socket?.destroy();
    });

    expect(await store.create(EVENT)).toMatchObject({ kind: 'Unavailable' });
  });
});
