import { afterEach, describe, expect, it } from '@jest/globals';
import type { ServerResponse } from 'node:http';
import { createKubeClient, type KubeObject } from '../../../../src/kube/client/client.ts';
import type { PooledKubeConfig } from '../../../../src/kube/client/pooled-kube-config.ts';
import { applyToPullPods, type PullCommand } from '../../../../src/operator/apply/apply-pull-pods.ts';
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

/** What came of a command: what the caches were told, and what is remembered as refused. */
async function carryOut(
  command:
    Omit<Extract<PullCommand, { kind: 'CreatePullPod' }>, 'why'> | Omit<Extract<PullCommand, { kind: 'DeletePullPods' }>, 'why'>,
  answer: (response: ServerResponse) => void,
): Promise<readonly unknown[]> {
  const noted: unknown[] = [];
  server = await startServer((_request, response) => answer(response));
  kubeConfig = kubeConfigFor(server.url);
  const sleep = (): Promise<void> => Promise.resolve();
  const ports = { log: new RecordingLog(), now: Date.now, random: Math.random, sleep };
  const writer = {
    client: createKubeClient({ kubeConfig, userAgent: 'baton-test/1', ...ports }),
    observer: {
      pod: (pod: KubeObject) => void noted.push(['made', pod.metadata.name]),
      pullPodsGone: (planUid: string, wave: string) => void noted.push(['gone', planUid, wave]),
    },
    jobRefused: (name: string, message: string) => void noted.push(['refused', name, message]),
  };
  await applyToPullPods(writer, aPlan(), { ...command, why: 'a test' });
  return noted;
}

describe('A Pod that pulls images', () => {
  it('is made in the namespace of the plan, and known at once', async () => {
    const noted = await carryOut({ kind: 'CreatePullPod', pod: POD }, (response) => sendJson(response, 201, POD));
    expect(noted).toEqual([['made', 'baton-pull-1']]);
    expect(server?.requests).toMatchObject([{ method: 'POST', path: '/api/v1/namespaces/fleet/pods' }]);
  });

  it('is there already after a kill: that is fine', async () => {
    const noted = await carryOut({ kind: 'CreatePullPod', pod: POD }, (response) => sendStatus(response, 409, 'AlreadyExists'));
    expect(noted).toEqual([]);
  });

  it.each([
    ['a quota or a policy', 403, 'Forbidden'],
    ['what is in the template', 422, 'Invalid'],
  ])('is refused because of %s: that is an answer, and stops nothing', async (_, code, reason) => {
    const noted = await carryOut({ kind: 'CreatePullPod', pod: POD }, (response) => sendStatus(response, code, reason));
    expect(noted).toMatchObject([['refused', 'baton-pull-1', expect.any(String)]]);
  });

  it('goes with the others of its wave, by one call', async () => {
    const noted = await carryOut({ kind: 'DeletePullPods', wave: 'aaaa1111-2-0' }, (response) => sendJson(response, 200, {}));
    expect(noted).toEqual([['gone', 'uid-of-os', 'aaaa1111-2-0']]);
    const query = { labelSelector: 'baton.dev/plan=os,baton.dev/pre-pull=aaaa1111-2-0' };
    expect(server?.requests).toMatchObject([{ method: 'DELETE', path: '/api/v1/namespaces/fleet/pods', query }]);
  });
});
