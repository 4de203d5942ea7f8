import { describe, expect, it } from '@jest/globals';
import type { BatchProcess } from '../../../../../src/api/generated/upgradebatch.ts';
import type { MaintenanceWindow } from '../../../../../src/api/generated/upgradeplan.ts';
import { decide } from '../../../../../src/core/rollout/decide.ts';
import { expectedSeconds } from '../../../../../src/core/rollout/holds/window-fit.ts';
import type { Decision } from '../../../../../src/core/rollout/model/decision.ts';
import { aNode, aSnapshot, byName, SETTINGS } from '../support/facts.ts';
import { aBatch, aPlan, hash, timeAt } from '../support/objects.ts';

const NIGHTS: MaintenanceWindow = { name: 'nights', schedule: '0 22 * * *', durationSeconds: 21_600, timeZone: 'UTC' };
const [PROCESS] = aBatch([]).spec.processes;

function aBatchProcess(changes: Partial<BatchProcess>): BatchProcess {
  if (PROCESS === undefined) throw new Error('the batch of the tests has a process');
  return { ...PROCESS, ...changes };
}

const HOUR = aBatchProcess({ timing: { expectedSeconds: 3000, toleranceSeconds: 600 } });

function pass(now: string, processes: readonly BatchProcess[], windows = [NIGHTS]): Decision {
  const snapshot = aSnapshot({
    plan: aPlan({ windows, notify: { sinks: [] } }),
    nodes: byName(aNode('node-1')),
    batches: [aBatch(['node-1'], { spec: { processes } })],
  });
  return decide({ snapshot, now: Date.parse(now), settings: SETTINGS, hash });
}

function starts(decision: Decision): boolean {
  return decision.commands.some(({ kind }) => kind === 'OpenTurn');
}

describe('windows: a node starts only if its expected time still fits', () => {
  it.each<{
    readonly title: string;
    readonly now: string;
    readonly processes: readonly BatchProcess[];
    readonly expected: boolean;
  }>([
    { title: 'that ends with the window', now: '2026-11-24T03:00:00Z', processes: [HOUR], expected: true },
    { title: 'that ends a second later', now: '2026-11-24T03:00:01Z', processes: [HOUR], expected: false },
    { title: 'that nobody knows', now: '2026-11-24T03:59:59Z', processes: [aBatchProcess({})], expected: true },
    {
      title: 'with a reboot',
      now: '2026-11-24T02:59:00Z',
      processes: [{ ...HOUR, disruption: 'Reboot', timing: { ...HOUR.timing, rebootSeconds: 300 } }],
      expected: false,
    },
  ])('one $title', ({ now, processes, expected }) => {
    expect(starts(pass(now, processes))).toBe(expected);
  });

  it('the status says until when it waits, and why', () => {
    const { planStatus, requeueAt } = pass('2026-11-24T03:30:00Z', [HOUR]);
    expect(planStatus).toMatchObject({ summary: 'Waiting', reason: 'WindowClosed', nextWindowTime: '2026-11-24T22:00:00Z' });
    expect(planStatus?.conditions?.[0]?.message).toMatch(
      /^node-1 is expected to take .*, and the windows close before that; 'nights' opens 2026-11-24 22:00 UTC$/,
    );
    expect(requeueAt).toBeLessThanOrEqual(Date.parse('2026-11-24T22:00:00Z'));
  });

  it('one that fits into no window needs somebody, and the status says what to do', () => {
    const { planStatus } = pass('2026-11-24T03:30:00Z', [HOUR], [{ ...NIGHTS, schedule: '0 * * * *', durationSeconds: 2400 }]);
    expect(planStatus?.conditions?.map(({ type, status }) => `${type}=${status}`)).toContain('Stalled=True');
    expect(planStatus?.conditions?.[0]?.message).toContain("the next time as well: lengthen 'nights', or correct the timing");
  });

  it('windows that follow each other without a gap are one', () => {
    const more = { ...NIGHTS, name: 'mornings', schedule: '0 4 * * *' };
    expect(starts(pass('2026-11-24T03:30:00Z', [HOUR], [NIGHTS, more]))).toBe(true);
  });
});

it('The expected time of a node is learned from those that are done', () => {
  const took = (seconds: number): object => ({
    state: 'Succeeded',
    processes: [{ name: 'os', attempt: 1, state: 'Succeeded', startTime: timeAt(0), endTime: timeAt(seconds) }],
  });
  const nodes = [1, 2, 3].map((i) => ({ name: `node-${i}`, ...took(600) })) as never;
  expect(expectedSeconds([aBatchProcess({})], [{ status: { nodes } }])).toBe(900);
  expect(expectedSeconds([aBatchProcess({})], [])).toBe(0);
});
