import { describe, expect, it } from '@jest/globals';
import type { NodeRecord } from '../../../../../src/api/generated/upgradebatch.ts';
import type { UpgradePlanSpec } from '../../../../../src/api/generated/upgradeplan.ts';
import { decide } from '../../../../../src/core/rollout/decide.ts';
import type { Decision } from '../../../../../src/core/rollout/model/decision.ts';
import type { GroupFact } from '../../../../../src/core/rollout/model/facts.ts';
import type { PlanSnapshot } from '../../../../../src/core/rollout/model/snapshot.ts';
import { aNode, aSnapshot, byName, done, inTurn, SETTINGS } from '../support/facts.ts';
import { aBatch, aPlan, at, hash, PLAN_UID, settledStatus } from '../support/objects.ts';

const LEASE = { group: 'disruptive', name: 'baton-group-disruptive', uid: 'uid-of-group', resourceVersion: '1', planGone: false };
const OURS: GroupFact = { ...LEASE, plan: 'fleet/os', planUid: PLAN_UID };
const THEIRS: GroupFact = { ...LEASE, plan: 'storage/disks', planUid: 'uid-of-disks' };
const OPEN = { batches: [aBatch(['node-1'])] };
const RECORDS: readonly NodeRecord[] = [{ name: 'node-1', state: 'Succeeded' }];
const BETWEEN = {
  batches: [aBatch(['node-1'], { status: settledStatus(RECORDS) })],
  nodes: byName(done('node-1'), aNode('node-2')),
};

function pass(groups: readonly GroupFact[], changes: Partial<PlanSnapshot> = {}, spec: Partial<UpgradePlanSpec> = {}): Decision {
  const plan = aPlan({ exclusiveGroup: 'disruptive', notify: { sinks: [] }, ...spec });
  const snapshot = aSnapshot({ plan, nodes: byName(aNode('node-1'), aNode('node-2')), groups, ...changes });
  return decide({ snapshot, now: at(1), settings: SETTINGS, hash });
}

function kinds(decision: Decision): readonly string[] {
  return decision.commands.map(({ kind }) => kind);
}

describe('exclusiveGroup: who starts', () => {
  it.each<readonly [string, readonly GroupFact[], Partial<PlanSnapshot>, readonly string[]]>([
    ['takes the group before its first batch', [], {}, ['AcquireGroup']],
    ['makes a batch once it has it', [OURS], {}, ['CreateBatch']],
    ['makes no batch while another plan has it', [THEIRS], {}, []],
    ['opens no turn while another plan has it', [THEIRS], OPEN, []],
    ['opens turns while it has it', [OURS], OPEN, ['OpenTurn']],
    ['takes it again for an open batch', [], OPEN, ['AcquireGroup']],
    ['takes no notice of other groups', [{ ...THEIRS, group: 'harmless' }], {}, ['AcquireGroup']],
    ['removes the Lease of a plan that is gone, before it takes it', [{ ...THEIRS, planGone: true }], {}, ['ReleaseGroup']],
  ])('a plan that %s', (_, groups, changes, expected) => {
    expect(kinds(pass(groups, changes))).toEqual(expected);
  });

  it.each<readonly [string, Partial<UpgradePlanSpec>]>([
    ['is paused', { paused: true }],
    ['is frozen', { freezes: [{ name: 'f', from: '2026-01-01T00:00:00Z', to: '2027-01-01T00:00:00Z' }] }],
    ['waits for an approval', { batches: [{ size: 1, approval: 'BeforeNext' }] }],
  ])('a plan that %s does not take it', (_, spec) => {
    expect(kinds(pass([], spec.batches === undefined ? {} : BETWEEN, spec))).toEqual([]);
  });

  it('the other plan is named', () => {
    const { planStatus } = pass([THEIRS]);
    expect(planStatus).toMatchObject({ summary: 'Waiting', reason: 'ExclusiveGroupBusy' });
    expect(planStatus?.conditions?.[0]?.message).toBe("waits for storage/disks, which runs in the exclusive group 'disruptive'");
  });

  it('what runs is finished, whoever has the group', () => {
    expect(kinds(pass([THEIRS], { ...OPEN, nodes: byName(inTurn('node-1')) }))).toEqual(['CreateJob']);
  });
});

describe('exclusiveGroup: a plan that has it', () => {
  it.each<readonly [string, Partial<PlanSnapshot>, Partial<UpgradePlanSpec>, boolean]>([
    ['keeps it for its next batch', BETWEEN, {}, true],
    ['keeps it while the last batch soaks', BETWEEN, { batches: [{ size: 1, soakSeconds: 60 }] }, true],
    ['keeps it when it is paused in the middle of a batch', OPEN, { paused: true }, true],
    ['gives it back when it is paused between batches', BETWEEN, { paused: true }, false],
    ['gives it back while it waits for an approval', BETWEEN, { batches: [{ size: 1, approval: 'BeforeNext' }] }, false],
    [
      'gives it back in a freeze',
      BETWEEN,
      { freezes: [{ name: 'f', from: '2026-01-01T00:00:00Z', to: '2027-01-01T00:00:00Z' }] },
      false,
    ],
    ['gives it back when it has ended', { nodes: byName(done('node-1')) }, {}, false],
    ['gives it back when it was given another group', BETWEEN, { exclusiveGroup: 'other' }, false],
    ['gives it back when it was taken out of it in mid-batch', OPEN, { exclusiveGroup: 'other' }, false],
    [
      'keeps one that it was taken out of while a node is in its turn',
      { ...OPEN, nodes: byName(inTurn('node-1')) },
      { exclusiveGroup: 'other' },
      true,
    ],
  ])('%s', (_, changes, spec, keeps) => {
    expect(!kinds(pass([OURS], changes, spec)).includes('ReleaseGroup')).toBe(keeps);
  });
});
