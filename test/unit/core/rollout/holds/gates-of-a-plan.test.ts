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

function summarize({ planStatus, commands, gates }: Decision): string {
  const starts = commands.some(({ kind }) => kind === 'CreateBatch' || kind === 'OpenTurn') ? 'starts' : 'waits';
  return `${planStatus?.summary ?? ''} ${planStatus?.reason ?? ''}: ${starts}, evaluates ${gates.join() || 'none'}`;
}

function message({ planStatus }: Decision): string | undefined {
  return planStatus?.conditions?.find(({ type }) => type === 'Ready')?.message;
}

describe('gates[].when', () => {
  it.each<{
    readonly title: string;
    readonly when: Gate['when'];
    readonly snapshot: Partial<PlanSnapshot>;
    readonly open: boolean | undefined;
    readonly expected: string;
  }>([
    {
      title: 'BeforeBatch holds the next batch while closed',
      when: 'BeforeBatch',
      snapshot: {},
      open: false,
      expected: 'Waiting GateClosed: waits, evaluates pages',
    },
    {
      title: 'BeforeBatch holds it while unknown',
      when: 'BeforeBatch',
      snapshot: {},
      open: undefined,
      expected: 'Waiting GateClosed: waits, evaluates pages',
    },
    {
      title: 'BeforeBatch lets it be made while open',
      when: 'BeforeBatch',
      snapshot: {},
      open: true,
      expected: 'Running BatchRunning: starts, evaluates pages',
    },
    {
      title: 'BeforeBatch does not hold turns',
      when: 'BeforeBatch',
      snapshot: { batches: [OPEN], nodes: FRESH },
      open: undefined,
      expected: 'Running BatchRunning: starts, evaluates none',
    },
    {
      title: 'BeforeNode holds turns while closed',
      when: 'BeforeNode',
      snapshot: { batches: [OPEN], nodes: FRESH },
      open: false,
      expected: 'Waiting GateClosed: waits, evaluates pages',
    },
    {
      title: 'BeforeNode lets turns be opened while open',
      when: 'BeforeNode',
      snapshot: { batches: [OPEN], nodes: FRESH },
      open: true,
      expected: 'Running BatchRunning: starts, evaluates pages',
    },
    {
      title: 'BeforeBatch is evaluated once the last nodes of a batch are in their turns, so that the notification includes it',
      when: 'BeforeBatch',
      snapshot: { batches: [OPEN], nodes: byName(inTurn('node-1'), aNode('node-2')) },
      open: false,
      expected: 'Running BatchRunning: waits, evaluates pages',
    },
    {
      title: 'BeforeNode does not hold the next batch',
      when: 'BeforeNode',
      snapshot: {},
      open: undefined,
      expected: 'Running BatchRunning: starts, evaluates none',
    },
    {
      title: 'BeforeBatch is not evaluated when no node is left',
      when: 'BeforeBatch',
      snapshot: { nodes: byName(done('node-1')) },
      open: undefined,
      expected: 'Succeeded AllSucceeded: waits, evaluates none',
    },
  ])('$title', ({ when, snapshot, open, expected }) => {
    const look = open === undefined ? undefined : seen(open, 95);
    expect(summarize(pass(planWith({ ...GATE, when }), snapshot, 100, look))).toBe(expected);
  });

  it('is not evaluated while a person has paused the plan', () => {
    const plan = planWith(GATE);
    expect(summarize(pass({ ...plan, spec: { ...plan.spec, paused: true } }, {}, 100))).toBe(
      'Paused PausedBySpec: waits, evaluates none',
    );
  });

  it('is reported with value and threshold, in the message and in the status', () => {
    const decision = pass(planWith(GATE), {}, 100, seen(false, 95));
    expect(message(decision)).toBe('the gate pages is closed: 3, max 0');
    expect(decision.planStatus?.gates).toMatchObject([{ name: 'pages', state: 'Closed', value: '3', threshold: 'max 0' }]);
  });

  it('requeues the plan when forSeconds are over', () => {
    expect(pass(planWith({ ...GATE, forSeconds: 60 }), {}, 100, seen(true, 95)).requeueAt).toBe(at(156));
  });

  it.each<{
    readonly title: string;
    readonly gate: Gate;
    readonly look: GateObservation | undefined;
    readonly expected: Partial<BatchOutlook>;
  }>([
    {
      title: 'that has not been evaluated is mentioned',
      gate: GATE,
      look: undefined,
      expected: { next: 'NextBatch', message: 'batch 2, 1 node, once its gates are open', gates: 'Unknown' },
    },
    {
      title: 'that is open is mentioned',
      gate: GATE,
      look: seen(true, 95),
      expected: { next: 'NextBatch', message: 'batch 2, 1 node', gates: 'Open' },
    },
    {
      title: 'that is closed is mentioned with the reason',
      gate: GATE,
      look: seen(false, 95),
      expected: { next: 'Waiting', reason: 'GateClosed', message: 'the gate pages is closed: 3, max 0' },
    },
    {
      title: 'that must be open for longer is mentioned with the earliest time of the next batch',
      gate: { ...GATE, forSeconds: 60 },
      look: seen(true, 95),
      expected: { next: 'Waiting', reason: 'GateClosed', nextBatchTime: timeAt(156) },
    },
  ])('$title in the notification of the batch before', ({ gate, look, expected }) => {
    const batches = [aBatch(['node-1'], { status: { nodes: [ENDED] } })];
    expect(pass(planWith(gate), { batches }, 100, look).batchStatuses.get('os-aaaa-1')?.outlook).toMatchObject(expected);
  });
});

describe('A gate that closes while a batch soaks', () => {
  const SOAK = { soakSeconds: 300 };
  const written = (looks: readonly GateObservation[]): UpgradePlan => planWith(GATE, after(GATE, looks), SOAK);

  it('is reported to interrupt the soak', () => {
    const decision = pass(written([seen(true, 10)]), {}, 100, seen(false, 95));
    expect(summarize(decision)).toBe('Waiting GateClosed: waits, evaluates pages');
    expect(message(decision)).toBe('the gate pages is closed: 3, max 0; once it is open, os-aaaa-1 soaks for 300 s again');
  });

  it('starts the soak again once it is open, even if the operator has just started', () => {
    const plan = written([seen(true, 10), seen(false, 95), seen(true, 110)]);
    const decision = pass(plan, {}, 390, seen(true, 380));
    expect(message(decision)).toBe('os-aaaa-1 soaks for 300 s, until 2026-11-22T08:06:50Z');
    expect(summarize(pass(plan, {}, 409, seen(true, 405)))).toContain('waits');
    expect(summarize(pass(plan, {}, 410, seen(true, 405)))).toContain('starts');
  });

  it('does not start the soak again if it was open all the time', () => {
    expect(summarize(pass(written([seen(true, 10)]), {}, 300, seen(true, 295)))).toContain('starts');
  });

  it('is evaluated during the soak although an approval is missing as well', () => {
    const plan = planWith(GATE, undefined, { ...SOAK, approval: 'BeforeNext' });
    expect(summarize(pass(plan, {}, 100))).toBe('Paused ApprovalRequired: waits, evaluates pages');
    expect(summarize(pass(plan, {}, 400))).toBe('Paused ApprovalRequired: waits, evaluates none');
  });
});
