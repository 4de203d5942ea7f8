import { beforeEach, describe, expect, it } from '@jest/globals';
import type { UpgradePlan, UpgradePlanStatus } from '../../../src/api/generated/upgradeplan.ts';
import type { KubeObject } from '../../../src/kube/client/client.ts';
import { KubeError } from '../../../src/kube/client/kube-error.ts';
import { StatusWriter } from '../../../src/operator/status-writer.ts';
import { aBatch, aPlan } from '../../unit/core/rollout/support/objects.ts';

interface Patch {
  readonly path: string;
  readonly body: unknown;
}

/** Milliseconds of the writer's clock. */
let clock: number;
/** Duration of a PATCH (ms). */
let patchMs: number;
let rejection: KubeError | undefined;
let patches: Patch[];
let observed: KubeObject[];
let writer: StatusWriter;

beforeEach(() => {
  [clock, patchMs, rejection, patches, observed] = [1000, 0, undefined, [], []];
  writer = new StatusWriter({
    client: {
      mergePatch: <T>(path: string, body: object): Promise<T> => {
        if (rejection !== undefined) return Promise.reject(rejection);
        clock += patchMs;
        patches.push({ path, body });
        return Promise.resolve({ metadata: { name: `answer-${patches.length}` } } as T);
      },
    },
    monotonic: () => clock,
    observePlan: (plan) => observed.push(plan),
    observeBatch: (batch) => observed.push(batch),
  });
});

function planWith(status: UpgradePlanStatus | undefined): UpgradePlan {
  return { ...aPlan({}, { resourceVersion: '7' }), ...(status === undefined ? {} : { status }) };
}

const RUNNING: UpgradePlanStatus = { summary: 'Running', progress: '1/4' };

describe('A status', () => {
  it('is written with the resourceVersion that was read, and the answer is passed on', async () => {
    expect(await writer.writePlan(planWith(undefined), RUNNING)).toBeUndefined();
    expect(patches).toMatchObject([
      {
        path: '/apis/baton.dev/v1alpha1/namespaces/fleet/upgradeplans/os/status',
        body: { metadata: { resourceVersion: '7' }, status: RUNNING },
      },
    ]);
    expect(observed).toMatchObject([{ metadata: { name: 'answer-1' } }]);
  });

  it('of a batch is written to the batch', async () => {
    await writer.writeBatch(aBatch(['node-1']), { agent: 'node-1' });
    expect(patches[0]?.path).toBe('/apis/baton.dev/v1alpha1/namespaces/fleet/upgradebatches/os-aaaa-1/status');
  });

  it('that does not differ is not written', async () => {
    expect(await writer.writePlan(planWith({ progress: '1/4', summary: 'Running' }), RUNNING)).toBeUndefined();
    expect(patches).toEqual([]);
  });

  it('removes fields explicitly, because a merge patch would keep them', async () => {
    await writer.writePlan(planWith({ ...RUNNING, agent: 'node-1' }), RUNNING);
    expect(patches[0]?.body).toMatchObject({ status: { ...RUNNING, agent: null } });
  });

  it('removes fields within an object, and replaces lists as a whole', async () => {
    const notification = { id: 'batch-uid/1', activeAlerts: ['RolloutPaused'], sinks: ['ops', 'chat'] } as const;
    const before = { ...aBatch(['node-1']), status: { notification } };
    await writer.writeBatch(before, { notification: { id: 'batch-uid/1', sinks: ['ops'] } });
    expect(patches[0]?.body).toMatchObject({
      status: { notification: { id: 'batch-uid/1', activeAlerts: null, sinks: ['ops'] } },
    });
  });
});

describe('A status that was just written', () => {
  beforeEach(async () => {
    await writer.writePlan(planWith(undefined), RUNNING);
  });

  it('is not written again for two seconds, and returns how long to wait', async () => {
    clock += 500;
    expect(await writer.writePlan(planWith(RUNNING), { ...RUNNING, progress: '2/4' })).toBe(1500);
    expect(patches).toHaveLength(1);
    clock += 1500;
    expect(await writer.writePlan(planWith(RUNNING), { ...RUNNING, progress: '2/4' })).toBeUndefined();
    expect(patches).toHaveLength(2);
  });

  it('does not delay the status of another object', async () => {
    expect(await writer.writeBatch(aBatch(['node-1']), { agent: 'node-1' })).toBeUndefined();
    expect(patches).toHaveLength(2);
  });

  it('does not delay a status that does not differ', async () => {
    expect(await writer.writePlan(planWith(RUNNING), RUNNING)).toBeUndefined();
  });

  it('is written at once when it was forgotten', async () => {
    writer.forget(aPlan().metadata.uid);
    expect(await writer.writePlan(planWith(RUNNING), { ...RUNNING, progress: '2/4' })).toBeUndefined();
  });
});

it('A status is written again at the earliest after five times the duration of its PATCH', async () => {
  patchMs = 700;
  await writer.writePlan(planWith(undefined), RUNNING);
  expect(await writer.writePlan(planWith(RUNNING), { ...RUNNING, progress: '2/4' })).toBe(3500);
});

it('A write that is rejected throws, and may be retried at once', async () => {
  rejection = new KubeError('the object has been modified', { code: 409, reason: 'Conflict' });
  await expect(writer.writePlan(planWith(undefined), RUNNING)).rejects.toBe(rejection);
  rejection = undefined;
  expect(await writer.writePlan(planWith(undefined), RUNNING)).toBeUndefined();
  expect(patches).toHaveLength(1);
});
