import { describe, expect, it } from '@jest/globals';
import type { PlanReason } from '../../../../../../src/api/conditions.ts';
import type { UpgradePlanStatus } from '../../../../../../src/api/generated/upgradeplan.ts';
import { planWaits, waitsUntil, type PlanWaits } from '../../../../../../src/core/rollout/status/outlook/plan-waits.ts';
import { aSnapshot } from '../../support/facts.ts';
import { aPlan, at, REVISION, timeAt } from '../../support/objects.ts';

function pass(seconds: number, reason: PlanReason | undefined, status: UpgradePlanStatus = {}, begun = true): PlanWaits {
  const plan = { ...aPlan(), status: { revision: REVISION, ...status } };
  return planWaits(aSnapshot({ plan }), begun, reason, at(seconds));
}

describe('The waits of a rollout', () => {
  it('are added up by reason over its whole length', () => {
    let status: PlanWaits = {};
    const passes: (readonly [number, PlanReason | undefined])[] = [
      [0, undefined],
      [100, 'WindowClosed'],
      [500, 'WindowClosed'],
      [700, undefined],
      [800, 'ApprovalRequired'],
      [900, 'WindowClosed'],
      [1000, undefined],
    ];
    for (const [seconds, reason] of passes) status = pass(seconds, reason, status);
    expect(status).toEqual({
      waits: [
        { reason: 'WindowClosed', seconds: 700 },
        { reason: 'ApprovalRequired', seconds: 100 },
      ],
    });
  });

  it('do not change while the reason is the same, so that a long wait is one write', () => {
    const first = pass(10, 'PausedBySpec');
    expect(pass(9999, 'PausedBySpec', first)).toEqual(first);
  });

  it('do not begin before the first batch', () => {
    expect(pass(10, 'WindowClosed', {}, false)).toEqual({});
  });

  it('start again with another revision', () => {
    const before = {
      revision: 'other',
      waits: [{ reason: 'Frozen', seconds: 9 }],
      waiting: { reason: 'Frozen', sinceTime: timeAt(0) },
    };
    expect(pass(10, 'PausedBySpec', before)).toEqual({ waiting: { reason: 'PausedBySpec', sinceTime: timeAt(10) } });
  });

  it('include the current one, the longest first', () => {
    const status = {
      revision: REVISION,
      waits: [{ reason: 'Soaking', seconds: 9 }],
      waiting: { reason: 'Frozen', sinceTime: timeAt(0) },
    };
    expect(waitsUntil(aSnapshot({ plan: { ...aPlan(), status } }), at(60))).toEqual([
      { reason: 'Frozen', seconds: 60 },
      { reason: 'Soaking', seconds: 9 },
    ]);
  });
});
