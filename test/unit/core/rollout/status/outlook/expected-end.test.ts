import { describe, expect, it } from '@jest/globals';
import type { NodeRecord } from '../../../../../../src/api/generated/upgradebatch.ts';
import type { UpgradePlanSpec, UpgradePlanStatus } from '../../../../../../src/api/generated/upgradeplan.ts';
import { decide } from '../../../../../../src/core/rollout/decide.ts';
import { aLease, aNode, aSnapshot, byName, done, SETTINGS } from '../../support/facts.ts';
import { aBatch, aPlan, aProcess, at, hash, settledStatus, timeAt } from '../../support/objects.ts';

interface Case {
  readonly spec?: Partial<UpgradePlanSpec>;
  /** How long each node that is done was in its turn (s). */
  readonly took?: readonly number[];
  readonly left?: number;
  readonly now?: number;
  readonly ready?: boolean;
  readonly status?: UpgradePlanStatus;
}

const TIMED = aProcess({ timing: { expectedSeconds: 600, deadlineSeconds: 3600 } });

/** The status of a plan of which some nodes are done in a first batch, and some are left. */
function statusOf({ spec = {}, took = [], left = 4, now = 1000, ready = true, status }: Case): UpgradePlanStatus {
  const records = took.map((seconds, i): NodeRecord => ({
    name: `done-${i}`,
    state: 'Succeeded',
    startTime: timeAt(0),
    endTime: timeAt(seconds),
    processes: [{ name: 'os', state: 'Succeeded', startTime: timeAt(0), endTime: timeAt(seconds) }],
  }));
  const names = records.map(({ name }) => name);
  const nodes = [...names.map((name) => done(name)), ...Array.from({ length: left }, (_, i) => aNode(`left-${i}`, { ready }))];
  const plan = { ...aPlan({ batches: [{ size: 2 }], notify: {}, ...spec }), ...(status === undefined ? {} : { status }) };
  const batches = names.length === 0 ? [] : [aBatch(names, { status: settledStatus(records) })];
  const snapshot = aSnapshot({ plan, batches, nodes: byName(...nodes), lease: aLease() });
  return decide({ snapshot, now: at(now), settings: SETTINGS, hash }).planStatus ?? {};
}

describe('The expected end', () => {
  it.each<[string, Case, number | undefined]>([
    ['is unknown while the duration of a turn is not known', {}, undefined],
    ['follows from the times in the plan', { spec: { processes: [TIMED] } }, 1000 + 4 * 600],
    [
      'counts the reboot that the plan expects',
      { spec: { processes: [{ ...TIMED, disruption: 'Reboot', timing: { ...TIMED.timing, rebootSeconds: 300 } }] } },
      1000 + 4 * 900,
    ],
    ['follows from earlier turns if there are some', { took: [290, 300, 310], spec: { processes: [TIMED] } }, 1000 + 4 * 300],
    ['is earlier with a larger maxUnavailable', { took: [300, 300, 300], spec: { maxUnavailable: 2 } }, 1000 + 2 * 300],
    [
      'includes the soaks between batches',
      { took: [300, 300, 300], spec: { batches: [{ size: 2, soakSeconds: 600 }] }, now: 700 },
      700 + 4 * 300 + 600,
    ],
    [
      'begins when the hold ends',
      { took: [300, 300, 300], spec: { freezes: [{ name: 'x', from: timeAt(0), to: timeAt(1800), reason: 'fair' }] } },
      1800 + 4 * 300,
    ],
    ['is unknown while somebody has to act', { took: [300, 300, 300], spec: { paused: true } }, undefined],
    ['is unknown when the rollout has ended', { took: [300, 300, 300], left: 0 }, undefined],
  ])('%s', (_, given, seconds) => {
    const expected = seconds === undefined ? undefined : timeAt(Math.ceil((seconds + 1) / 60) * 60);
    const end = statusOf(given).estimatedEndTime;
    if (expected === undefined) expect(end).toBeUndefined();
    else expect(Math.abs(Date.parse(end ?? '') - Date.parse(expected))).toBeLessThanOrEqual(60_000);
  });

  it('stays as it was stored while it is about right, to avoid writes', () => {
    const stored = statusOf({ took: [300, 300, 300] });
    const later = statusOf({ took: [300, 300, 300], now: 1060, status: stored });

    expect(later.estimatedEndTime).toBe(stored.estimatedEndTime);
    expect({ ...later, counts: undefined }).toEqual({ ...stored, counts: undefined });
  });
});

describe('status.timing', () => {
  it('shows times from the plan as not learned', () => {
    expect(statusOf({ spec: { processes: [TIMED] } }).timing).toEqual([
      { process: 'os', expectedSeconds: 600, toleranceSeconds: 300, source: 'Plan' },
    ]);
  });

  it('shows learned times, and from how many nodes', () => {
    expect(statusOf({ took: [290, 300, 320] }).timing).toEqual([
      { process: 'os', expectedSeconds: 300, toleranceSeconds: 150, source: 'Learned', samples: 3 },
    ]);
  });

  it('is absent while nothing is known', () => {
    expect(statusOf({ took: [300] })).not.toHaveProperty('timing');
  });
});
