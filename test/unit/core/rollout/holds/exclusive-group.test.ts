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
    ['acquires the group before its first batch', [], {}, ['AcquireGroup']],
    ['creates a batch once it has the group', [OURS], {}, ['CreateBatch']],
    ['creates no batch while another plan has it', [THEIRS], {}, []],
    ['opens no turn while another plan has it', [THEIRS], OPEN, []],
    ['opens turns while it has it', [OURS], OPEN, ['OpenTurn']],
    ['acquires it again for an open batch', [], OPEN, ['AcquireGroup']],
    ['ignores other groups', [{ ...THEIRS, group: 'harmless' }], {}, ['AcquireGroup']],
    [
      'deletes the Lease of a plan that no longer exists before it acquires the group',
      [{ ...THEIRS, planGone: true }],
      {},
      ['ReleaseGroup'],
    ],
  ])('a plan that %s', (_, groups, changes, expected) => {
    expect(kinds(pass(groups, changes))).toEqual(expected);
  });

  it.each<readonly [string, Partial<UpgradePlanSpec>]>([
    ['is paused', { paused: true }],
    ['is frozen', { freezes: [{ name: 'f', from: '2026-01-01T00:00:00Z', to: '2027-01-01T00:00:00Z' }] }],
    ['waits for an approval', { batches: [{ size: 1, approval: 'BeforeNext' }] }],
  ])('a plan that %s does not acquire the group', (_, spec) => {
    expect(kinds(pass([], spec.batches === undefined ? {} : BETWEEN, spec))).toEqual([]);
  });

  it('the message names the other plan', () => {
    const { planStatus } = pass([THEIRS]);
    expect(planStatus).toMatchObject({ summary: 'Waiting', reason: 'ExclusiveGroupBusy' });
    expect(planStatus?.conditions?.[0]?.message).toBe("waits for storage/disks, which runs in the exclusive group 'disruptive'");
  });

  it('running processes finish, whichever plan has the group', () => {
    expect(kinds(pass([THEIRS], { ...OPEN, nodes: byName(inTurn('node-1')) }))).toEqual(['CreateJob']);
  });
});

describe('exclusiveGroup: a plan that has the group', () => {
  it.each<readonly [string, Partial<PlanSnapshot>, Partial<UpgradePlanSpec>, boolean]>([
    ['keeps it for its next batch', BETWEEN, {}, true],
    ['keeps it while the last batch soaks', BETWEEN, { batches: [{ size: 1, soakSeconds: 60 }] }, true],
    ['keeps it when it is paused in the middle of a batch', OPEN, { paused: true }, true],
    ['releases it when it is paused between batches', BETWEEN, { paused: true }, false],
    ['releases it while it waits for an approval', BETWEEN, { batches: [{ size: 1, approval: 'BeforeNext' }] }, false],
    [
      'releases it during a freeze',
      BETWEEN,
      { freezes: [{ name: 'f', from: '2026-01-01T00:00:00Z', to: '2027-01-01T00:00:00Z' }] },
      false,
    ],
    ['releases it when it has ended', { nodes: byName(done('node-1')) }, {}, false],
    ['releases it when the plan changes to another group', BETWEEN, { exclusiveGroup: 'other' }, false],
    ['releases it when the plan changes to another group during a batch', OPEN, { exclusiveGroup: 'other' }, false],
    [
      'keeps its former group while a node is in its turn',
      { ...OPEN, nodes: byName(inTurn('node-1')) },
      { exclusiveGroup: 'other' },
      true,
    ],
  ])('%s', (_, changes, spec, keeps) => {
    expect(!kinds(pass([OURS], changes, spec)).includes('ReleaseGroup')).toBe(keeps);
  });
});
