import { describe, expect, it } from '@jest/globals';
import type { MaintenanceWindow, UpgradePlanSpec } from '../../../../../src/api/generated/upgradeplan.ts';
import { decide } from '../../../../../src/core/rollout/decide.ts';
import type { Decision } from '../../../../../src/core/rollout/model/decision.ts';
import type { PlanSnapshot } from '../../../../../src/core/rollout/model/snapshot.ts';
import { aLease, anAgent, aNode, aSnapshot, byName, done, inTurn, SETTINGS } from '../support/facts.ts';
import { aBatch, aPlan, hash } from '../support/objects.ts';

const NIGHTS: MaintenanceWindow = { name: 'nights', schedule: '0 22 * * 1-5', durationSeconds: 21_600, timeZone: 'Europe/Paris' };
/** A Monday night in Paris, in UTC: the window is open from 21:00 to 03:00. */
const OPEN = '2026-11-24T02:59:59Z';
const CLOSED = '2026-11-24T03:00:00Z';
const NODES = byName(aNode('node-1'), aNode('node-2'), aNode('node-3'));

function pass(now: string, changes: Partial<PlanSnapshot> = {}, spec: Partial<UpgradePlanSpec> = {}): Decision {
  const plan = aPlan({ windows: [NIGHTS], notify: { sinks: [] }, ...spec });
  const snapshot = aSnapshot({ plan, nodes: NODES, ...changes });
  return decide({ snapshot, now: Date.parse(now), settings: SETTINGS, hash });
}

function kinds(decision: Decision): readonly string[] {
  return decision.commands.map((command) => command.kind);
}

const BATCH = { batches: [aBatch(['node-1', 'node-2'])] };

describe('windows: what starts', () => {
  it.each<{
    readonly title: string;
    readonly now: string;
    readonly changes: Partial<PlanSnapshot>;
    readonly expected: readonly string[];
  }>([
    { title: 'a batch, just before a window closes', now: OPEN, changes: {}, expected: ['CreateBatch'] },
    { title: 'no batch once it is closed', now: CLOSED, changes: {}, expected: [] },
    { title: 'a turn, just before a window closes', now: OPEN, changes: BATCH, expected: ['OpenTurn'] },
    { title: 'no turn once it is closed', now: CLOSED, changes: BATCH, expected: [] },
  ])('$title', ({ now, changes, expected }) => {
    expect(kinds(pass(now, changes))).toEqual(expected);
  });

  it('T11: a window that closes during a rollout lets no other node start, and running nodes finish', () => {
    const nodes = byName(inTurn('node-1'), aNode('node-2'), aNode('node-3'));
    const decision = pass(CLOSED, { ...BATCH, nodes }, { maxUnavailable: 3 });
    expect(kinds(decision)).toEqual(['CreateJob']);
    const records = decision.batchStatuses.get('os-aaaa-1')?.nodes;
    expect(records?.map((record) => record.state)).toEqual(['Upgrading', 'Pending']);
  });

  it('everything at any time without windows', () => {
    expect(kinds(pass(CLOSED, {}, { windows: [] }))).toEqual(['CreateBatch']);
  });
});

describe('windows: what the status says', () => {
  const expected = { summary: 'Waiting', reason: 'WindowClosed', nextWindowTime: '2026-11-24T21:00:00Z' };
  it.each<readonly [string, Partial<PlanSnapshot>]>([
    ['before the next batch', {}],
    ['during a batch', BATCH],
  ])('while they are closed %s', (_, changes) => {
    const { planStatus, requeueAt } = pass(CLOSED, changes);
    expect(planStatus).toMatchObject(expected);
    expect(planStatus?.conditions?.[0]?.message).toBe("every window is closed; 'nights' opens 2026-11-24 22:00 Europe/Paris");
    expect(requeueAt).toBe(Date.parse(expected.nextWindowTime));
  });

  it('is the same a minute later, so that nothing is written', () => {
    const before = pass(CLOSED).planStatus;
    const plan = { ...aPlan({ windows: [NIGHTS], notify: { sinks: [] } }), ...(before === undefined ? {} : { status: before }) };
    expect(pass('2026-11-24T03:01:00Z', { plan }).planStatus).toEqual(before);
  });

  it('has no next opening while one is open, nor when nothing is left to do', () => {
    expect(pass(OPEN, BATCH).planStatus?.nextWindowTime).toBeUndefined();
    const ended = pass(CLOSED, { nodes: byName(done('node-1')) }).planStatus;
    expect(ended).toMatchObject({ summary: 'Succeeded' });
    expect(ended?.nextWindowTime).toBeUndefined();
  });

  it('has the next opening although another hold comes first', () => {
    const { planStatus } = pass(CLOSED, {}, { paused: true });
    expect(planStatus).toMatchObject({ reason: 'PausedBySpec', nextWindowTime: expected.nextWindowTime });
  });

  it('says that none opens again', () => {
    const { planStatus } = pass(CLOSED, {}, { windows: [{ ...NIGHTS, schedule: '0 0 31 2 *' }] });
    expect(planStatus?.conditions?.map(({ type, status }) => `${type}=${status}`)).toContain('Stalled=True');
    expect(planStatus?.conditions?.[0]?.message).toBe('every window is closed, and none opens again');
  });

  it('says what is wrong with an invalid schedule', () => {
    const validation = { kind: 'Refused', reason: 'ScheduleInvalid', message: 'spec.windows[0]: no' } as const;
    const { planStatus } = pass(OPEN, { validation });
    expect(planStatus).toMatchObject({ summary: 'Invalid', reason: 'ScheduleInvalid' });
    expect(planStatus?.conditions?.find(({ type }) => type === 'Accepted')).toMatchObject({ reason: 'ScheduleInvalid' });
  });
});

it('windows: the notification of a batch says when the next one may start', () => {
  const records = [{ name: 'node-1', state: 'Succeeded' }] as const;
  const batches = [aBatch(['node-1'], { status: { nodes: records } })];
  const nodes = byName(done('node-1'), aNode('node-2'));
  const outlook = pass(CLOSED, { batches, nodes, lease: aLease('node-1'), agentPods: [anAgent('node-1')] }).batchStatuses.get(
    'os-aaaa-1',
  )?.outlook;
  expect(outlook).toMatchObject({ next: 'Waiting', reason: 'WindowClosed' });
});
