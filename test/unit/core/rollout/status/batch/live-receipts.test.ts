import { describe, expect, it } from '@jest/globals';
import type { Receipt, UpgradeBatch } from '../../../../../../src/api/generated/upgradebatch.ts';
import { seriesId } from '../../../../../../src/core/baton/series.ts';
import { findCondition } from '../../../../../../src/core/condition.ts';
import { decide } from '../../../../../../src/core/rollout/decide.ts';
import type { Decision } from '../../../../../../src/core/rollout/model/decision.ts';
import type { PlanSnapshot } from '../../../../../../src/core/rollout/model/snapshot.ts';
import { aLease, anAgent, aNode, aSnapshot, byName, SETTINGS } from '../../support/facts.ts';
import { aBatch, aPlan, at, hash, timeAt } from '../../support/objects.ts';

const UID = 'uid-of-os-aaaa-1';
const live = (number: number, changes: Partial<Receipt> = {}): Receipt => ({
  sink: 'ops',
  id: seriesId('live', UID, number),
  outcome: 'Delivered',
  handle: `C1/${number}`,
  time: timeAt(10),
  ...changes,
});
const probe = (number: number, outcome: 'Failed' | 'Reached'): Receipt => ({
  ...{ sink: 'ops', id: seriesId('probe', UID, number), outcome, time: timeAt(20) },
});

function pass(
  onLease: readonly Receipt[],
  copied: readonly Receipt[] = [],
  changes: Pick<PlanSnapshot, 'sharedSinks'> = { sharedSinks: { kind: 'Known' } },
): Decision {
  const batch: UpgradeBatch = aBatch(['node-1', 'node-2'], {
    ...(copied.length === 0 ? {} : { status: { notification: { id: `${UID}/1`, receipts: copied } } }),
  });
  const snapshot = aSnapshot({
    plan: aPlan({ notify: { live: true, sinks: [{ name: 'ops', webhook: { url: 'https://hooks.example' } }] } }),
    nodes: byName(aNode('node-1'), aNode('node-2')),
    batches: [batch],
    lease: aLease('node-2', { receipts: onLease }),
    agentPods: [anAgent('node-2')],
    ...changes,
  });
  return decide({ snapshot, now: at(60), settings: SETTINGS, hash });
}

function kept(decision: Decision): readonly string[] {
  return (decision.batchStatuses.get('os-aaaa-1')?.notification?.receipts ?? []).map(({ id, handle }) => `${id} ${handle ?? ''}`);
}

describe('notify.live: the handle of the live message', () => {
  it('is kept in the status of the batch while it runs', () => {
    expect(kept(pass([live(1)]))).toEqual([`${UID}/live C1/1`]);
    expect(kept(pass([], [live(1)]))).toEqual([`${UID}/live C1/1`]);
  });

  it('is that of the newest message, for each sink of the plan', () => {
    expect(kept(pass([live(2), live(1)], [live(1)]))).toEqual([`${UID}/live.2 C1/2`]);
    expect(kept(pass([live(1)], [live(2)]))).toEqual([`${UID}/live.2 C1/2`]);
    expect(kept(pass([live(1, { sink: 'gone' })]))).toEqual([]);
    // It may be one of the shared sinks that are not known now.
    const unknown = { sharedSinks: { kind: 'Unreadable', message: 'there is no ConfigMap' } } as const;
    expect(kept(pass([], [live(1, { sink: 'gone' })], unknown))).toEqual([`${UID}/live C1/1`]);
  });

  it('is removed from the Lease once it is stored, if there are many receipts', () => {
    const many = Array.from({ length: 17 }, (_, i) => live(i + 1));

    const clear = pass(many, [live(16)]).commands.find(({ kind }) => kind === 'ClearReceipts');

    expect(clear).toMatchObject({ receipts: [live(17)] });
    expect(pass(many.slice(0, 10), [live(10)]).commands.some(({ kind }) => kind === 'ClearReceipts')).toBe(false);
  });
});

describe('The result of a probe', () => {
  it('is kept in the status of the batch from the start, besides the live message', () => {
    expect(kept(pass([probe(1, 'Failed')]))).toEqual([`${UID}/probe `]);
    expect(kept(pass([probe(1, 'Failed'), live(1)]))).toEqual([`${UID}/live C1/1`, `${UID}/probe `]);
  });

  it('is that of the newest probe', () => {
    expect(kept(pass([probe(2, 'Reached')], [probe(1, 'Failed')]))).toEqual([`${UID}/probe.2 `]);
    expect(kept(pass([probe(1, 'Failed')], [probe(2, 'Reached')]))).toEqual([`${UID}/probe.2 `]);
  });

  it('does not change whether the batch is Notified', () => {
    const { batchStatuses } = pass([probe(1, 'Failed')]);
    expect(findCondition(batchStatuses.get('os-aaaa-1')?.conditions, 'Notified')).toMatchObject({
      status: 'False',
      reason: 'NotSettled',
    });
  });
});
