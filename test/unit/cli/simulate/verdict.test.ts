import { describe, expect, it } from '@jest/globals';
import type { UpgradePlanStatus } from '../../../../src/api/generated/upgradeplan.ts';
import type { PlanState } from '../../../../src/cli/simulate/rollout-state.ts';
import { judge, judgeAtLimit, type Verdict, type VerdictFacts } from '../../../../src/cli/simulate/verdict.ts';
import { aBatch, aPlan, records } from './fake-simulation.ts';

const HOUR_MS = 3_600_000;

function plan(status: UpgradePlanStatus, name = 'os'): PlanState {
  return { plan: aPlan(status, { name }), batches: [] };
}

function verdict(plans: readonly PlanState[], facts: Partial<VerdictFacts> = {}): Verdict['kind'] | undefined {
  return judge({ plans }, { approves: true, unchangedMs: 0, ...facts })?.kind;
}

const succeeded = plan({ summary: 'Succeeded' });

describe('The verdict', () => {
  it.each([
    { what: 'a plan that succeeded', plans: [succeeded], expected: 'Succeeded' },
    { what: 'a plan that failed', plans: [plan({ summary: 'Failed' })], expected: 'Stopped' },
    { what: 'a plan without a status yet', plans: [plan({})], expected: undefined },
    { what: 'a plan without nodes', plans: [plan({ summary: 'Waiting', reason: 'NoNodes' })], expected: 'Stopped' },
    { what: 'a plan that is paused', plans: [plan({ summary: 'Paused', reason: 'BudgetExceeded' })], expected: 'Stopped' },
    {
      what: 'a plan that is paused while nodes are in their turns',
      plans: [plan({ summary: 'Paused', reason: 'BudgetExceeded', counts: { running: 2 } })],
      expected: undefined,
    },
    { what: 'a plan of two that is running', plans: [succeeded, plan({ summary: 'Running' }, 'fw')], expected: undefined },
  ])('on $what is $expected', ({ plans, expected }) => expect(verdict(plans)).toBe(expected));

  const approval = plan({ summary: 'Paused', reason: 'ApprovalRequired' });

  it('waits for an approval only if the simulation gives it', () => {
    expect([verdict([approval]), verdict([approval], { approves: false })]).toEqual([undefined, 'Stopped']);
  });

  const dependent = plan({ summary: 'Waiting', reason: 'DependencyNotMet' }, 'fw');

  it('gives plans that wait for each other ten minutes', () => {
    const after = (minutes: number): Verdict['kind'] | undefined =>
      verdict([succeeded, dependent], { unchangedMs: minutes * 60_000 });
    expect([after(9), after(10)]).toEqual([undefined, 'Stopped']);
  });

  it('gives other waits a day, and those with a known end all the time', () => {
    const waits = (reason: string, hours: number): Verdict['kind'] | undefined =>
      verdict([plan({ summary: 'Waiting', reason })], { unchangedMs: hours * HOUR_MS });
    expect([waits('GateClosed', 23), waits('GateClosed', 24), waits('WindowClosed', 1000)]).toEqual([
      undefined,
      'Stopped',
      undefined,
    ]);
  });

  it('waits for messages that are being delivered, but not for ever', () => {
    const conditions = [{ type: 'Notified', status: 'False', reason: 'Pending', message: '', lastTransitionTime: '' }] as const;
    const delivering = { ...succeeded, batches: [aBatch(1, records('Succeeded', 'node-1'), { conditions })] };
    expect([verdict([delivering]), verdict([delivering], { unchangedMs: HOUR_MS })]).toEqual([undefined, 'Succeeded']);
  });

  it('names each plan that did not succeed', () => {
    expect(judgeAtLimit({ plans: [succeeded, dependent] })).toEqual({
      kind: 'Limit',
      stops: [{ plan: 'fleet/fw', summary: 'Waiting', reason: 'DependencyNotMet', message: '' }],
    });
  });
});
