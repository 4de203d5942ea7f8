import { afterEach, describe, expect, it } from '@jest/globals';
import type { ServerResponse } from 'node:http';
import { createKubeClient, type KubeObject } from '../../../../src/kube/client/client.ts';
import type { PooledKubeConfig } from '../../../../src/kube/client/pooled-kube-config.ts';
import { applyToPullPods, type PullCommand } from '../../../../src/operator/apply/apply-pull-pods.ts';
import { systemClock } from '../../../../src/runtime/clock.ts';
import { aPlan } from '../../../unit/core/rollout/support/objects.ts';
import { kubeConfigFor, sendJson, sendStatus, startServer, type LoopbackServer } from '../../kube/support/loopback-server.ts';
import { RecordingLog } from '../../kube/support/recording-log.ts';

const POD = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'baton-pull-1', namespace: 'fleet' } };

let server: LoopbackServer | undefined;
let kubeConfig: PooledKubeConfig | undefined;
afterEach(async () => {
  await kubeConfig?.close();
  await server?.close();
});

/** Applies a command and returns what it reported to the caches and to the memory of rejections. */
async function carryOut(
  command:
    Omit<Extract<PullCommand, { kind: 'CreatePullPod' }>, 'why'> | Omit<Extract<PullCommand, { kind: 'DeletePullPods' }>, 'why'>,
  answer: (response: ServerResponse) => void,
): Promise<readonly unknown[]> {
  const noted: unknown[] = [];
  server = await startServer((_request, response) => answer(response));
  kubeConfig = kubeConfigFor(server.url);
  const sleep = (): Promise<void> => Promise.resolve();
  const ports = { log: new RecordingLog(), now: Date.now, random: Math.random, sleep, setTimer: systemClock.setTimer };
  const writer = {
    client: createKubeClient({ kubeConfig, userAgent: 'baton-test/1', ...ports }),
    observer: {
      pod: (pod: KubeObject) => void noted.push(['created', pod.metadata.name]),
      pullPodsDeleted: (planUid: string, wave: string) => void noted.push(['deleted', planUid, wave]),
    },
    jobRejected: (name: string, message: string) => void noted.push(['rejected', name, message]),
  };
  await applyToPullPods(writer, aPlan(), { ...command, why: 'a test' });
  return noted;
}

describe('A pre-pull Pod', () => {
  it('is created in the namespace of the plan, and reported to the caches', async () => {
    const noted = await carryOut({ kind: 'CreatePullPod', pod: POD }, (response) => sendJson(response, 201, POD));
    expect(noted).toEqual([['created', 'baton-pull-1']]);
    expect(server?.requests).toMatchObject([{ method: 'POST', path: '/api/v1/namespaces/fleet/pods' }]);
  });

  it('may exist already, after a kill of the operator', async () => {
    const noted = await carryOut({ kind: 'CreatePullPod', pod: POD }, (response) => sendStatus(response, 409, 'AlreadyExists'));
    expect(noted).toEqual([]);
  });

  it.each([
    ['a quota or a policy', 403, 'Forbidden'],
    ['a wrong template', 422, 'Invalid'],
  ])('that the API server rejects because of %s is recorded, and is not an error', async (_, code, reason) => {
    const noted = await carryOut({ kind: 'CreatePullPod', pod: POD }, (response) => sendStatus(response, code, reason));
    expect(noted).toMatchObject([['rejected', 'baton-pull-1', expect.any(String)]]);
  });

  it('is deleted together with its wave in one call', async () => {
    const noted = await carryOut({ kind: 'DeletePullPods', wave: 'aaaa1111-2-0' }, (response) => sendJson(response, 200, {}));
    expect(noted).toEqual([['deleted', 'uid-of-os', 'aaaa1111-2-0']]);
    const query = { labelSelector: 'baton.dev/plan=os,baton.dev/pre-pull=aaaa1111-2-0' };
    expect(server?.requests).toMatchObject([{ method: 'DELETE', path: '/api/v1/namespaces/fleet/pods', query }]);
  });
});
