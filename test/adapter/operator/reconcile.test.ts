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
  readonly carriedOut: readonly Command['kind'][];
  readonly statuses: number;
  readonly log: RecordingLog;
}

/** A pass over a snapshot. `statuses` writes them; each is new unless something else is said. */
async function pass(
  snapshot: PlanSnapshot | undefined,
  {
    fails,
    patch = () => Promise.resolve(),
  }: { fails?: (command: Command) => Error | undefined; patch?: () => Promise<unknown> } = {},
): Promise<Pass> {
  const log = new RecordingLog();
  const carriedOut: Command['kind'][] = [];
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
        carriedOut.push(command.kind);
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
  return { result, carriedOut, statuses, log };
}

const SUCCEEDED = [{ name: 'node-1', state: 'Succeeded' }] as const;

/** A plan that has ended, with its status written; its one batch was told unless something else is said. */
function ended(notification = outboxOf('os-aaaa-1', 'node-1')): PlanSnapshot {
  const batch: UpgradeBatch = aBatch(['node-1'], { status: settledStatus(SUCCEEDED, { notification }) });
  const snapshot = aSnapshot({ batches: [batch], nodes: byName(aNode('node-1')) });
  const { planStatus } = decide({ snapshot, now: at(100), settings: SETTINGS, hash });
  return { ...snapshot, plan: { ...snapshot.plan, ...(planStatus === undefined ? {} : { status: planStatus }) } };
}

describe('A pass', () => {
  it('does nothing before the watches have been listed, and looks again soon', async () => {
    expect(await pass(undefined)).toMatchObject({ carriedOut: [], statuses: 0, result: { requeueAfterMs: 1000, idle: false } });
  });

  it('carries out what was decided, writes the status, and looks again within a minute', async () => {
    const { carriedOut, statuses, result } = await pass(aSnapshot({ nodes: byName(aNode('node-1')) }));
    expect(carriedOut).toEqual(['CreateBatch']);
    expect(statuses).toBe(1);
    expect(result).toMatchObject({ requeueAfterMs: 60_000, idle: false });
  });

  it.each([
    ['a newer version', 409],
    ['a failed test', 422],
    ['an object that is gone', 404],
  ])('whose command met %s looks again at once, and that is no error', async (_, code) => {
    const fails = (): KubeError => new KubeError('no', { code, reason: 'Some' });
    const { result, statuses, log } = await pass(aSnapshot({ nodes: byName(aNode('node-1')) }), { fails });
    expect(result.requeueAfterMs).toBe(200);
    expect(statuses).toBe(1);
    expect(log.errors()).toEqual([]);
  });

  it.each([
    ['the API server fails', new KubeError('no', { code: 500, reason: 'InternalError' })],
    ['something else breaks', new Error('a Job of this name belongs to somebody else')],
  ])('whose command failed because %s says so, writes the status, and tries again later', async (_, error) => {
    const { result, statuses, log } = await pass(aSnapshot({ nodes: byName(aNode('node-1')) }), { fails: () => error });
    expect(result.requeueAfterMs).toBe(5000);
    expect(statuses).toBe(1);
    expect(log.errors()).toMatchObject([
      { message: 'Carrying out a command failed', fields: { plan: 'os', command: 'CreateBatch', error } },
    ]);
  });

  it('whose status met a newer version looks again at once', async () => {
    const patch = (): Promise<never> => Promise.reject(new KubeError('no', { code: 409, reason: 'Conflict' }));
    expect((await pass(aSnapshot({ nodes: byName(aNode('node-1')) }), { patch })).result.requeueAfterMs).toBe(200);
  });

  it('whose status cannot be written for another reason fails', async () => {
    const error = new KubeError('no', { code: 403, reason: 'Forbidden' });
    await expect(pass(aSnapshot({ nodes: byName(aNode('node-1')) }), { patch: () => Promise.reject(error) })).rejects.toBe(error);
  });
});

describe('A plan rests', () => {
  it('when it has ended, all is told and written', async () => {
    expect((await pass(ended())).result.idle).toBe(true);
  });

  it.each<readonly [string, PlanSnapshot]>([
    ['a sink is still to be told', ended(outboxOf('os-aaaa-1'))],
    ['nobody may tell it', { ...ended(outboxOf('os-aaaa-1')), nodes: byName(aNode('node-1', { ready: false })) }],
    ['it is being deleted', { ...ended(), plan: aPlan({}, { deletionTimestamp: '2026-11-22T08:01:00Z' }) }],
    ['it is paused', aSnapshot({ plan: aPlan({ paused: true }), nodes: byName(aNode('node-1')) })],
    ['a node is still to do', aSnapshot({ nodes: byName(aNode('node-1')) })],
  ])('not while %s', async (_, snapshot) => {
    expect((await pass(snapshot)).result.idle).toBe(false);
  });

  it('not while its shared sinks are not known: some may wait for the end', async () => {
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
