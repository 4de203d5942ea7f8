import { describe, expect, it } from '@jest/globals';
import type { UpgradeBatch } from '../../../src/api/generated/upgradebatch.ts';
import type { Command } from '../../../src/core/rollout/model/command.ts';
import { decide } from '../../../src/core/rollout/decide.ts';
import type { PlanSnapshot } from '../../../src/core/rollout/model/snapshot.ts';
import { KubeError } from '../../../src/kube/client/kube-error.ts';
import { reconcile, type PassResult } from '../../../src/operator/reconcile.ts';
import { StatusWriter } from '../../../src/operator/status-writer.ts';
import { RecordingLog } from '../kube/support/recording-log.ts';
import { aNode, aSnapshot, byName, SETTINGS } from '../../unit/core/rollout/support/facts.ts';
import { aBatch, aPlan, at, hash, outboxOf, settledStatus } from '../../unit/core/rollout/support/objects.ts';

interface Pass {
  readonly result: PassResult;
  readonly applied: readonly Command['kind'][];
  readonly statuses: number;
  readonly log: RecordingLog;
}

/** Makes a pass over a snapshot. */
async function pass(
  snapshot: PlanSnapshot | undefined,
  {
    fails,
    patch = () => Promise.resolve(),
  }: { fails?: (command: Command) => Error | undefined; patch?: () => Promise<unknown> } = {},
): Promise<Pass> {
  const log = new RecordingLog();
  const applied: Command['kind'][] = [];
  let statuses = 0;
  const mergePatch = async <T>(): Promise<T> => {
    statuses += 1;
    await patch();
    return { metadata: {} } as T;
  };
  const monotonic = (): number => 1000;
  const ignore = (): undefined => undefined;
  const result = await reconcile(
    {
      gather: () => Promise.resolve(snapshot),
      apply: (_, command) => {
        applied.push(command.kind);
        const error = fails?.(command);
        return error === undefined ? Promise.resolve() : Promise.reject(error);
      },
      setWantedGates: () => undefined,
      statuses: new StatusWriter({ client: { mergePatch }, monotonic, observePlan: ignore, observeBatch: ignore }),
      settings: SETTINGS,
      now: () => at(100),
      monotonic,
      hash,
      log,
    },
    snapshot?.plan ?? aPlan(),
  );
  return { result, applied, statuses, log };
}

const SUCCEEDED = [{ name: 'node-1', state: 'Succeeded' }] as const;

/** A plan that has ended, with its status written. Its only batch was notified by default. */
function ended(notification = outboxOf('os-aaaa-1', 'node-1')): PlanSnapshot {
  const batch: UpgradeBatch = aBatch(['node-1'], { status: settledStatus(SUCCEEDED, { notification }) });
  const snapshot = aSnapshot({ batches: [batch], nodes: byName(aNode('node-1')) });
  const { planStatus } = decide({ snapshot, now: at(100), settings: SETTINGS, hash });
  return { ...snapshot, plan: { ...snapshot.plan, ...(planStatus === undefined ? {} : { status: planStatus }) } };
}

describe('A pass', () => {
  it('does nothing before the watches have synced, and requeues soon', async () => {
    expect(await pass(undefined)).toMatchObject({ applied: [], statuses: 0, result: { requeueAfterMs: 1000, idle: false } });
  });

  it('applies the commands, writes the status, and requeues within a minute', async () => {
    const { applied, statuses, result } = await pass(aSnapshot({ nodes: byName(aNode('node-1')) }));
    expect(applied).toEqual(['CreateBatch']);
    expect(statuses).toBe(1);
    expect(result).toMatchObject({ requeueAfterMs: 60_000, idle: false });
  });

  it.each([
    ['a newer version', 409],
    ['a failed test', 422],
    ['an object that is gone', 404],
  ])('whose command meets %s requeues at once, without an error', async (_, code) => {
    const fails = (): KubeError => new KubeError('no', { code, reason: 'Some' });
    const { result, statuses, log } = await pass(aSnapshot({ nodes: byName(aNode('node-1')) }), { fails });
    expect(result.requeueAfterMs).toBe(200);
    expect(statuses).toBe(1);
    expect(log.errors()).toEqual([]);
  });

  it.each([
    ['the API server fails', new KubeError('no', { code: 500, reason: 'InternalError' })],
    ['something else breaks', new Error('a Job of this name belongs to somebody else')],
  ])('whose command fails because %s logs an error, writes the status, and retries later', async (_, error) => {
    const { result, statuses, log } = await pass(aSnapshot({ nodes: byName(aNode('node-1')) }), { fails: () => error });
    expect(result.requeueAfterMs).toBe(5000);
    expect(statuses).toBe(1);
    expect(log.errors()).toMatchObject([
      { message: 'Applying a command failed', fields: { plan: 'os', command: 'CreateBatch', error } },
    ]);
  });

  it('whose status meets a newer version requeues at once', async () => {
    const patch = (): Promise<never> => Promise.reject(new KubeError('no', { code: 409, reason: 'Conflict' }));
    expect((await pass(aSnapshot({ nodes: byName(aNode('node-1')) }), { patch })).result.requeueAfterMs).toBe(200);
  });

  it('whose status cannot be written for another reason fails', async () => {
    const error = new KubeError('no', { code: 403, reason: 'Forbidden' });
    await expect(pass(aSnapshot({ nodes: byName(aNode('node-1')) }), { patch: () => Promise.reject(error) })).rejects.toBe(error);
  });
});

describe('A plan is idle', () => {
  it('when it has ended, and everything is notified and written', async () => {
    expect((await pass(ended())).result.idle).toBe(true);
  });

  it.each<readonly [string, PlanSnapshot]>([
    ['a sink is still to be notified', ended(outboxOf('os-aaaa-1'))],
    ['no node may hold the baton', { ...ended(outboxOf('os-aaaa-1')), nodes: byName(aNode('node-1', { ready: false })) }],
    ['it is being deleted', { ...ended(), plan: aPlan({}, { deletionTimestamp: '2026-11-22T08:01:00Z' }) }],
    ['it is paused', aSnapshot({ plan: aPlan({ paused: true }), nodes: byName(aNode('node-1')) })],
    ['a node is still to be upgraded', aSnapshot({ nodes: byName(aNode('node-1')) })],
  ])('not while %s', async (_, snapshot) => {
    expect((await pass(snapshot)).result.idle).toBe(false);
  });

  it('not while its shared sinks are unreadable, because some may be notified at the end', async () => {
    const sharedSinks = { kind: 'Unreadable', message: 'there is no ConfigMap' } as const;
    expect((await pass({ ...ended(), sharedSinks })).result.idle).toBe(false);
  });

  it('not while its status is still to be written', async () => {
    const snapshot = ended();
    const { status: _status, ...plan } = snapshot.plan;
    const patch = (): Promise<never> => Promise.reject(new KubeError('no', { code: 409, reason: 'Conflict' }));
    expect((await pass({ ...snapshot, plan }, { patch })).result).toMatchObject({ idle: false, requeueAfterMs: 200 });
  });
});
