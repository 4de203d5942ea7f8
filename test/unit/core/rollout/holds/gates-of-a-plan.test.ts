import { describe, expect, it } from '@jest/globals';
import type { BatchOutlook, UpgradeBatch } from '../../../../../src/api/generated/upgradebatch.ts';
import type { Gate, UpgradePlan } from '../../../../../src/api/generated/upgradeplan.ts';
import { decide } from '../../../../../src/core/rollout/decide.ts';
import type { Decision } from '../../../../../src/core/rollout/model/decision.ts';
import type { GateObservation } from '../../../../../src/core/rollout/model/facts.ts';
import type { PlanSnapshot } from '../../../../../src/core/rollout/model/snapshot.ts';
import { aLease, aNode, aSnapshot, byName, done, inTurn, SETTINGS } from '../support/facts.ts';
import { after, GATE, planWith, seen } from '../support/gates.ts';
import { aBatch, at, hash, outboxOf, settledStatus, timeAt } from '../support/objects.ts';

const ENDED = { name: 'node-1', state: 'Succeeded' } as const;
const SETTLED = aBatch(['node-1'], { status: settledStatus([ENDED], { notification: outboxOf('os-aaaa-1', 'node-1') }) });
const OPEN: UpgradeBatch = aBatch(['node-1'], { status: { nodes: [{ name: 'node-1', state: 'Pending' }] } });
const FRESH = byName(aNode('node-1'), aNode('node-2'));

function pass(plan: UpgradePlan, snapshot: Partial<PlanSnapshot>, now: number, look?: GateObservation): Decision {
  const gates = new Map(look === undefined ? [] : [['pages', look]]);
  const nodes = byName(done('node-1'), aNode('node-2'));
  const whole = aSnapshot({ plan, nodes, batches: [SETTLED], lease: aLease(), gates, ...snapshot });
  return decide({ snapshot: whole, now: at(now), settings: SETTINGS, hash });
}

function told({ planStatus, commands, gates }: Decision): string {
  const starts = commands.some(({ kind }) => kind === 'CreateBatch' || kind === 'OpenTurn') ? 'starts' : 'waits';
  return `${planStatus?.summary ?? ''} ${planStatus?.reason ?? ''}: ${starts}, asks ${gates.join() || 'none'}`;
}

function message({ planStatus }: Decision): string | undefined {
  return planStatus?.conditions?.find(({ type }) => type === 'Ready')?.message;
}

describe('gates[].when', () => {
  it.each<readonly [string, Gate['when'], Partial<PlanSnapshot>, boolean | undefined, string]>([
    ['BeforeBatch holds the next batch while closed', 'BeforeBatch', {}, false, 'Waiting GateClosed: waits, asks pages'],
    ['BeforeBatch holds it while unknown', 'BeforeBatch', {}, undefined, 'Waiting GateClosed: waits, asks pages'],
    ['BeforeBatch lets it be made while open', 'BeforeBatch', {}, true, 'Running BatchRunning: starts, asks pages'],
    [
      'BeforeBatch does not hold turns',
      'BeforeBatch',
      { batches: [OPEN], nodes: FRESH },
      undefined,
      'Running BatchRunning: starts, asks none',
    ],
    [
      'BeforeNode holds turns while closed',
      'BeforeNode',
      { batches: [OPEN], nodes: FRESH },
      false,
      'Waiting GateClosed: waits, asks pages',
    ],
    [
      'BeforeNode lets turns be opened while open',
      'BeforeNode',
      { batches: [OPEN], nodes: FRESH },
      true,
      'Running BatchRunning: starts, asks pages',
    ],
    [
      'BeforeBatch is asked once the last nodes of a batch are in their turns, to be told with its end',
      'BeforeBatch',
      { batches: [OPEN], nodes: byName(inTurn('node-1'), aNode('node-2')) },
      false,
      'Running BatchRunning: waits, asks pages',
    ],
    ['BeforeNode does not hold the next batch', 'BeforeNode', {}, undefined, 'Running BatchRunning: starts, asks none'],
    [
      'BeforeBatch is not asked when no node is left',
      'BeforeBatch',
      { nodes: byName(done('node-1')) },
      undefined,
      'Succeeded AllSucceeded: waits, asks none',
    ],
  ])('%s', (_, when, snapshot, open, expected) => {
    const look = open === undefined ? undefined : seen(open, 95);
    expect(told(pass(planWith({ ...GATE, when }), snapshot, 100, look))).toBe(expected);
  });

  it('is not asked while a person has paused the plan', () => {
    const plan = planWith(GATE);
    expect(told(pass({ ...plan, spec: { ...plan.spec, paused: true } }, {}, 100))).toBe('Paused PausedBySpec: waits, asks none');
  });

  it('is told with value and threshold, in the message and in the status', () => {
    const decision = pass(planWith(GATE), {}, 100, seen(false, 95));
    expect(message(decision)).toBe('the gate pages is closed: 3, max 0');
    expect(decision.planStatus?.gates).toMatchObject([{ name: 'pages', state: 'Closed', value: '3', threshold: 'max 0' }]);
  });

  it('looks again when forSeconds are over', () => {
    expect(pass(planWith({ ...GATE, forSeconds: 60 }), {}, 100, seen(true, 95)).requeueAt).toBe(at(156));
  });

  it.each<readonly [string, Gate, GateObservation | undefined, Partial<BatchOutlook>]>([
    [
      'that nobody has looked at is foretold',
      GATE,
      undefined,
      { next: 'NextBatch', message: 'batch 2, 1 node, once its gates are open', gates: 'Unknown' },
    ],
    ['that is open is told', GATE, seen(true, 95), { next: 'NextBatch', message: 'batch 2, 1 node', gates: 'Open' }],
    [
      'that is closed is told, with why',
      GATE,
      seen(false, 95),
      { next: 'Waiting', reason: 'GateClosed', message: 'the gate pages is closed: 3, max 0' },
    ],
    [
      'that has to be open for longer is told, with when the next batch may begin',
      { ...GATE, forSeconds: 60 },
      seen(true, 95),
      { next: 'Waiting', reason: 'GateClosed', nextTime: timeAt(156) },
    ],
  ])('%s in the notification of the batch before', (_, gate, look, expected) => {
    const batches = [aBatch(['node-1'], { status: { nodes: [ENDED] } })];
    expect(pass(planWith(gate), { batches }, 100, look).batchStatuses.get('os-aaaa-1')?.outlook).toMatchObject(expected);
  });
});

describe('A gate that closes while a batch soaks', () => {
  const SOAK = { soakSeconds: 300 };
  const written = (looks: readonly GateObservation[]): UpgradePlan => planWith(GATE, after(GATE, looks), SOAK);

  it('is said to stop the soak', () => {
    const decision = pass(written([seen(true, 10)]), {}, 100, seen(false, 95));
    expect(told(decision)).toBe('Waiting GateClosed: waits, asks pages');
    expect(message(decision)).toBe('the gate pages is closed: 3, max 0; when it has opened, os-aaaa-1 soaks for 300 s again');
  });

  it('starts it again when it has opened, also for an operator that has just started', () => {
    const plan = written([seen(true, 10), seen(false, 95), seen(true, 110)]);
    const decision = pass(plan, {}, 390, seen(true, 380));
    expect(message(decision)).toBe('os-aaaa-1 soaks for 300 s, until 2026-11-22T08:06:50Z');
    expect(told(pass(plan, {}, 409, seen(true, 405)))).toContain('waits');
    expect(told(pass(plan, {}, 410, seen(true, 405)))).toContain('starts');
  });

  it('does not start it again when it was open all the time', () => {
    expect(told(pass(written([seen(true, 10)]), {}, 300, seen(true, 295)))).toContain('starts');
  });

  it('is asked during the soak although an approval is missing as well', () => {
    const plan = planWith(GATE, undefined, { ...SOAK, approval: 'BeforeNext' });
    expect(told(pass(plan, {}, 100))).toBe('Paused ApprovalRequired: waits, asks pages');
    expect(told(pass(plan, {}, 400))).toBe('Paused ApprovalRequired: waits, asks none');
  });
});
