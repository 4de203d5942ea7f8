import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ServerResponse } from 'node:http';
import type { Rejection } from '../../../../src/core/rollout/model/eviction-answer.ts';
import { createKubeClient } from '../../../../src/kube/client/client.ts';
import type { PooledKubeConfig } from '../../../../src/kube/client/pooled-kube-config.ts';
import { applyToPod, type DrainCommand } from '../../../../src/operator/apply/apply-drain.ts';
import { systemClock } from '../../../../src/runtime/clock.ts';
import { aPod } from '../../../unit/core/rollout/support/facts.ts';
import { kubeConfigFor, sendJson, sendStatus, startServer, type LoopbackServer } from '../../kube/support/loopback-server.ts';
import { RecordingLog } from '../../kube/support/recording-log.ts';

/** A recorded answer: granted, or rejected with the reason and the seconds to wait. */
type Noted = readonly ['granted'] | readonly ['rejected', Rejection, number | undefined];

const POD = aPod('web-1', 'node-1');

let server: LoopbackServer | undefined;
let kubeConfig: PooledKubeConfig | undefined;
let noted: Noted[];
beforeEach(() => {
  noted = [];
});
afterEach(async () => {
  await kubeConfig?.close();
  await server?.close();
});

async function carryOut(kind: DrainCommand['kind'], answer: (response: ServerResponse) => void): Promise<void> {
  server = await startServer((_request, response) => answer(response));
  kubeConfig = kubeConfigFor(server.url);
  const log = new RecordingLog();
  const client = createKubeClient({
    kubeConfig,
    userAgent: 'baton-test/1',
    log,
    now: Date.now,
    random: Math.random,
    sleep: () => Promise.resolve(),
    setTimer: systemClock.setTimer,
  });
  const answers = {
    granted: () => void noted.push(['granted']),
    rejected: (_uid: string, rejection: Rejection, seconds: number | undefined) =>
      void noted.push(['rejected', rejection, seconds]),
  };
  await applyToPod({ client, answers }, { kind, pod: POD, why: 'a test' });
}

const budget = (message: string): object => ({ causes: [{ reason: 'DisruptionBudget', message }] });

describe('An eviction', () => {
  it('names the UID of the Pod, and records that it was granted', async () => {
    await carryOut('Evict', (response) => sendJson(response, 201, {}));

    expect(noted).toEqual([['granted']]);
    expect(server?.requests).toMatchObject([{ method: 'POST', path: '/api/v1/namespaces/shop/pods/web-1/eviction' }]);
    expect(JSON.parse(server?.requests[0]?.body ?? '')).toMatchObject({
      kind: 'Eviction',
      deleteOptions: { preconditions: { uid: 'uid-of-web-1' } },
    });
  });

  it.each([
    ['allows no disruption now', 'The disruption budget web needs 2 healthy pods and has 2 currently', 'web'],
    ['has no status yet', 'The disruption budget web is still being processed by the server.', 'web'],
    ['is not named', 'Cannot evict pod as it would violate the budget', undefined],
  ])('records the budget when it %s', async (_, message, name) => {
    const headers = { 'retry-after': '10' };
    await carryOut('Evict', (response) => sendStatus(response, 429, 'TooManyRequests', { details: budget(message), headers }));

    expect(noted).toEqual([['rejected', { message, budget: name }, 10]]);
  });

  it('records no budget when a webhook rejects it', async () => {
    await carryOut('Evict', (response) => sendStatus(response, 403, 'Forbidden', {}));

    expect(noted).toHaveLength(1);
    expect(noted[0]).toMatchObject(['rejected', { budget: undefined }, undefined]);
  });

  it('records a rejection when two budgets select the Pod, which the API server does not support', async () => {
    await carryOut('Evict', (response) => sendStatus(response, 500, 'InternalError', {}));

    expect(noted[0]?.[0]).toBe('rejected');
    expect(server?.requests).toHaveLength(1);
  });

  it.each([
    ['is gone', 404, 'NotFound'],
    ['was recreated under its name', 409, 'Conflict'],
  ])('records nothing when the Pod %s', async (_, code, reason) => {
    await carryOut('Evict', (response) => sendStatus(response, code, reason, {}));

    expect(noted).toEqual([]);
  });
});

describe('A deletion past the budget', () => {
  it('names the UID of the Pod and keeps its grace period', async () => {
    await carryOut('DeletePod', (response) => sendJson(response, 200, {}));

    expect(noted).toEqual([['granted']]);
    expect(server?.requests).toMatchObject([{ method: 'DELETE', path: '/api/v1/namespaces/shop/pods/web-1' }]);
    const body = JSON.parse(server?.requests[0]?.body ?? '') as object;
    expect(body).toMatchObject({ preconditions: { uid: 'uid-of-web-1' } });
    expect(body).not.toHaveProperty('gracePeriodSeconds');
  });

  it('records that it was rejected', async () => {
    await carryOut('DeletePod', (response) => sendStatus(response, 403, 'Forbidden', {}));

    expect(noted[0]?.[0]).toBe('rejected');
  });
});
