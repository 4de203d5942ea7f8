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
  it.each<{
    readonly title: string;
    readonly groups: readonly GroupFact[];
    readonly changes: Partial<PlanSnapshot>;
    readonly expected: readonly string[];
  }>([
    { title: 'acquires the group before its first batch', groups: [], changes: {}, expected: ['AcquireGroup'] },
    { title: 'creates a batch once it has the group', groups: [OURS], changes: {}, expected: ['CreateBatch'] },
    { title: 'creates no batch while another plan has it', groups: [THEIRS], changes: {}, expected: [] },
    { title: 'opens no turn while another plan has it', groups: [THEIRS], changes: OPEN, expected: [] },
    { title: 'opens turns while it has it', groups: [OURS], changes: OPEN, expected: ['OpenTurn'] },
    { title: 'acquires it again for an open batch', groups: [], changes: OPEN, expected: ['AcquireGroup'] },
    { title: 'ignores other groups', groups: [{ ...THEIRS, group: 'harmless' }], changes: {}, expected: ['AcquireGroup'] },
    {
      title: 'deletes the Lease of a plan that no longer exists before it acquires the group',
      groups: [{ ...THEIRS, planGone: true }],
      changes: {},
      expected: ['ReleaseGroup'],
    },
  ])('a plan that $title', ({ groups, changes, expected }) => {
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
  it.each<{
    readonly title: string;
    readonly changes: Partial<PlanSnapshot>;
    readonly spec: Partial<UpgradePlanSpec>;
    readonly keeps: boolean;
  }>([
    { title: 'keeps it for its next batch', changes: BETWEEN, spec: {}, keeps: true },
    {
      title: 'keeps it while the last batch soaks',
      changes: BETWEEN,
      spec: { batches: [{ size: 1, soakSeconds: 60 }] },
      keeps: true,
    },
    { title: 'keeps it when it is paused in the middle of a batch', changes: OPEN, spec: { paused: true }, keeps: true },
    { title: 'releases it when it is paused between batches', changes: BETWEEN, spec: { paused: true }, keeps: false },
    {
      title: 'releases it while it waits for an approval',
      changes: BETWEEN,
      spec: { batches: [{ size: 1, approval: 'BeforeNext' }] },
      keeps: false,
    },
    {
      title: 'releases it during a freeze',
      changes: BETWEEN,
      spec: { freezes: [{ name: 'f', from: '2026-01-01T00:00:00Z', to: '2027-01-01T00:00:00Z' }] },
      keeps: false,
    },
    { title: 'releases it when it has ended', changes: { nodes: byName(done('node-1')) }, spec: {}, keeps: false },
    {
      title: 'releases it when the plan changes to another group',
      changes: BETWEEN,
      spec: { exclusiveGroup: 'other' },
      keeps: false,
    },
    {
      title: 'releases it when the plan changes to another group during a batch',
      changes: OPEN,
      spec: { exclusiveGroup: 'other' },
      keeps: false,
    },
    {
      title: 'keeps its former group while a node is in its turn',
      changes: { ...OPEN, nodes: byName(inTurn('node-1')) },
      spec: { exclusiveGroup: 'other' },
      keeps: true,
    },
  ])('$title', ({ changes, spec, keeps }) => {
    expect(!kinds(pass([OURS], changes, spec)).includes('ReleaseGroup')).toBe(keeps);
  });
});
