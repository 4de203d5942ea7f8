import { describe, expect, it } from '@jest/globals';
import type { UpgradeBatch, UpgradeBatchStatus } from '../../../../../../src/api/generated/upgradebatch.ts';
import type { UpgradePlan } from '../../../../../../src/api/generated/upgradeplan.ts';
import { decide } from '../../../../../../src/core/rollout/decide.ts';
import type { PlanSnapshot } from '../../../../../../src/core/rollout/model/snapshot.ts';
import { outstandingSinks } from '../../../../../../src/core/rollout/records/settled.ts';
import { aNode, aSnapshot, byName, SETTINGS } from '../../support/facts.ts';
import { aBatch, aPlan, at, hash, REVISION, settledStatus, timeAt } from '../../support/objects.ts';

const SINKS = ['ops', 'mail'].map((name) => ({ name, webhook: { url: 'https://hooks.example' } }));
const NOTIFY = { sinks: [SINKS[0]!, { ...SINKS[1]!, send: 'PlanEnd' as const }] };
const ID = 'uid-of-os-aaaa-1/1';
const DAY = 24 * 3600;

/** A batch of two nodes that has settled and was delivered to `ops`. One node of the plan is left. */
const TOLD = aBatch(['node-1', 'node-2'], {
  status: settledStatus(
    [
      { name: 'node-1', state: 'Succeeded' },
      { name: 'node-2', state: 'Succeeded' },
    ],
    {
      outlook: { next: 'Paused', reason: 'PausedBySpec', message: 'spec.paused is true' },
      notification: { id: ID, sinks: ['ops'], receipts: [{ sink: 'ops', id: ID, outcome: 'Delivered', time: timeAt(1) }] },
    },
  ),
});
const PAUSED = aPlan({ notify: NOTIFY, paused: true });
const ENDED: UpgradePlan = {
  ...PAUSED,
  status: { ended: { reason: 'Aborted', revision: REVISION, message: 'ben asked for it', time: timeAt(3 * DAY) } },
};
const DELETED = aPlan({ notify: NOTIFY }, { deletionTimestamp: timeAt(3 * DAY) });

function statusOf(snapshot: Partial<PlanSnapshot>, now = 3 * DAY, batch: UpgradeBatch = TOLD): UpgradeBatchStatus | undefined {
  const nodes = byName(...['node-1', 'node-2', 'node-3'].map((name) => aNode(name)));
  const input = { snapshot: aSnapshot({ nodes, ...snapshot, batches: [batch] }), now: at(now), settings: SETTINGS, hash };
  return decide(input).batchStatuses.get('os-aaaa-1');
}

describe('`send: PlanEnd` when the rollout ends after its last batch has settled', () => {
  it.each<readonly [string, UpgradePlan, string]>([
    ['by an abort', ENDED, 'Aborted'],
    ['by the deletion of the plan', DELETED, 'Deleted'],
  ])('%s, is sent with the message of that batch', (_, plan, next) => {
    const status = statusOf({ plan });

    expect(status?.outlook?.next).toBe(next);
    expect(status?.notification).toMatchObject({ sinks: ['ops', 'mail'], sinksAddedTime: timeAt(3 * DAY) });
    const { status: _before, ...batch } = TOLD;
    expect(outstandingSinks({ ...batch, ...(status === undefined ? {} : { status }) })).toEqual(['mail']);
  });

  it('because its last nodes no longer exist, is sent with the message of that batch', () => {
    const status = statusOf({ plan: PAUSED, nodes: byName(aNode('node-1'), aNode('node-2')) });

    expect(status?.outlook?.next).toBe('Done');
    expect(status?.notification?.sinks).toEqual(['ops', 'mail']);
  });

  it('has a day for the delivery from then on', () => {
    const status = statusOf({ plan: ENDED });
    const asked = { ...TOLD, status: { ...TOLD.status, ...status } };

    expect(statusOf({ plan: ENDED }, 4 * DAY, asked)?.notification?.receipts).toHaveLength(1);
    expect(statusOf({ plan: ENDED }, 4 * DAY + 1, asked)?.notification?.receipts?.at(-1)).toMatchObject({
      sink: 'mail',
      reason: 'GivenUp',
    });
  });

  it('is not sent while the rollout continues', () => {
    expect(statusOf({ plan: PAUSED })).toMatchObject({ outlook: { next: 'Paused' }, notification: { sinks: ['ops'] } });
  });

  it('keeps a plan that is being deleted until it is delivered', () => {
    const input = { snapshot: aSnapshot({ plan: DELETED, batches: [TOLD] }), now: at(3 * DAY), settings: SETTINGS, hash };

    expect(decide(input).commands.filter(({ kind }) => kind === 'DeleteBatch' || kind === 'RemoveFinalizer')).toEqual([]);
  });
});
