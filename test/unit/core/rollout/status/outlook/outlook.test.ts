import { describe, expect, it } from '@jest/globals';
import type { BatchOutlook, NodeRecord } from '../../../../../../src/api/generated/upgradebatch.ts';
import type { MaintenanceWindow } from '../../../../../../src/api/generated/upgradeplan.ts';
import { isPlanEnd } from '../../../../../../src/core/baton/final-sinks.ts';
import { failureBudget } from '../../../../../../src/core/rollout/fleet/budget.ts';
import { surveyFleet } from '../../../../../../src/core/rollout/fleet/fleet.ts';
import type { PassView } from '../../../../../../src/core/rollout/fleet/pass-view.ts';
import { rolloutHasEnded, outlookFor } from '../../../../../../src/core/rollout/status/outlook/outlook.ts';
import { aNode, aSnapshot, byName, SETTINGS } from '../../support/facts.ts';
import { aBatch, aPlan, aProcess, hash, settledStatus, type PlanChanges } from '../../support/objects.ts';

const NIGHTS: MaintenanceWindow = { name: 'nights', schedule: '0 22 * * 1-5', durationSeconds: 21_600, timeZone: 'Europe/Paris' };
/** A Monday night in Paris, in UTC: the window is open from 21:00 to 03:00. */
const EVENING = '2026-11-23T23:00:00Z';

/** What is left after the batch, and what became of it. */
interface After {
  readonly records?: readonly NodeRecord[] | undefined;
  readonly left?: readonly string[];
  readonly deletionTimestamp?: string;
}

const TURN = { startTime: '2026-11-23T22:40:00Z', endTime: '2026-11-23T22:50:00Z' };

/** After a first batch of these nodes that took ten minutes each; two nodes are left. */
function viewAt(now: string, spec: PlanChanges = {}, { records, left = ['node-8', 'node-9'], ...plan }: After = {}): PassView {
  const done = records ?? ['node-1', 'node-2', 'node-3'].map((name): NodeRecord => ({ name, state: 'Succeeded', ...TURN }));
  const names = done.map(({ name }) => name);
  const batches = [aBatch(names, { status: settledStatus(done, { settledTime: now }) })];
  const nodes = byName(...[...names, ...left].map((name) => aNode(name)));
  const snapshot = aSnapshot({ plan: aPlan(spec, plan), nodes, batches });
  const fleet = surveyFleet(snapshot);
  const input = { snapshot, now: Date.parse(now), settings: SETTINGS, hash };
  return { input, fleet, budget: failureBudget(snapshot, fleet) };
}

/** The outlook after that batch. */
function outlook(now: string, spec: PlanChanges = {}, records?: readonly NodeRecord[]): BatchOutlook {
  return outlookFor(viewAt(now, spec, { records }), {});
}

describe('rolloutHasEnded', () => {
  const failed = ['node-1', 'node-2'].map((name): NodeRecord => ({ name, state: 'Failed', ...TURN }));
  it.each<readonly [BatchOutlook['next'], PlanChanges, After]>([
    ['NextBatch', {}, {}],
    ['Waiting', { windows: [{ ...NIGHTS, schedule: '0 10 * * *' }] }, {}],
    ['Done', {}, { left: [] }],
    ['Paused', { failure: { maxFailed: 0 } }, { records: failed }],
    ['Aborted', { failure: { maxFailed: 0, then: 'Abort' } }, { records: failed }],
    ['Deleted', {}, { deletionTimestamp: EVENING }],
  ])('is what the outlook says as well: %s', (next, spec, after) => {
    const view = viewAt(EVENING, spec, after);
    const outlook = outlookFor(view, {});
    expect(outlook.next).toBe(next);
    expect(rolloutHasEnded(view)).toBe(isPlanEnd(outlook));
  });
});

describe('The outlook on the next batch', () => {
  it('says when it starts, and when its notification is expected: after one and a half times its usual duration and five minutes', () => {
    expect(outlook(EVENING)).toMatchObject({
      next: 'NextBatch',
      nextBatchTime: EVENING,
      nextNotificationTime: '2026-11-23T23:35:00Z',
    });
  });

  it('says when a soak ends', () => {
    expect(outlook(EVENING, { batches: [{ size: 3, soakSeconds: 600 }] })).toMatchObject({
      reason: 'Soaking',
      nextBatchTime: '2026-11-23T23:10:00Z',
    });
  });

  it('says until when the window is open, in its time zone', () => {
    expect(outlook(EVENING, { windows: [NIGHTS] })).toMatchObject({
      nextBatchTime: EVENING,
      windowEndTime: '2026-11-24T03:00:00Z',
      timeZone: 'Europe/Paris',
    });
  });

  it('says when the window opens again', () => {
    expect(outlook('2026-11-24T05:00:00Z', { windows: [NIGHTS] })).toMatchObject({
      reason: 'WindowClosed',
      nextBatchTime: '2026-11-24T21:00:00Z',
      windowEndTime: '2026-11-25T03:00:00Z',
    });
  });

  it('says when the window opens after a soak that ends outside of it', () => {
    const spec = { windows: [NIGHTS], batches: [{ size: 3, soakSeconds: 6 * 3600 }] };
    expect(outlook(EVENING, spec)).toMatchObject({ reason: 'Soaking', nextBatchTime: '2026-11-24T21:00:00Z' });
  });

  it.each<readonly [string, string, Partial<BatchOutlook>]>([
    ['until when the window is open', EVENING, { windowEndTime: '2026-11-24T03:00:00Z' }],
    ['when the next window opens', '2026-11-24T05:00:00Z', { nextWindowTime: '2026-11-24T21:00:00Z' }],
  ])('is %s where somebody has to approve first', (_, now, expected) => {
    const { nextBatchTime, windowEndTime, nextWindowTime } = outlook(now, {
      windows: [NIGHTS],
      batches: [{ size: 3, approval: 'BeforeNext' }],
    });
    expect({ nextBatchTime, windowEndTime, nextWindowTime }).toEqual({
      ...{ nextBatchTime: undefined, windowEndTime: undefined, nextWindowTime: undefined },
      ...expected,
    });
  });

  it.each<readonly [string, PlanChanges, string]>([
    ['somebody has to approve it', { batches: [{ size: 3, approval: 'BeforeNext' }] }, EVENING],
    ['somebody will have to approve it', { batches: [{ size: 3 }, { size: 3, approval: 'BeforeStart' }] }, EVENING],
    ['it does not fit into the window', { windows: [NIGHTS] }, '2026-11-24T02:55:00Z'],
    ['the plan is paused', { paused: true }, EVENING],
  ])('has no time to worry after when %s', (_, spec, now) => {
    expect(outlook(now, spec).nextNotificationTime).toBeUndefined();
  });

  it('asks for the approval of the next batch, and names no node', () => {
    const { message } = outlook(EVENING, {
      batches: [
        { size: 3, approval: 'BeforeNext' },
        { name: 'rest', size: 2 },
      ],
    });
    expect(message).toBe('batch 2 (rest), 2 nodes, once it is approved');
  });

  it('says how long the settled batch was expected to take, from the plan if it was the first', () => {
    const processes = [aProcess({ timing: { deadlineSeconds: 3600, expectedSeconds: 240, toleranceSeconds: 60 } })];
    expect(outlook(EVENING, { processes, maxUnavailable: 2 })).toMatchObject({ expectedSeconds: 480 });
    expect(outlook(EVENING).expectedSeconds).toBeUndefined();
  });
});

describe('The outlook after too many failures', () => {
  it('names no node', () => {
    const records = ['node-1', 'node-2'].map((name): NodeRecord => ({ name, state: 'Failed', reason: 'JobFailed', ...TURN }));
    const failure = { maxFailed: 9, maxConsecutiveFailed: 2 };
    for (const then of ['Pause', 'Abort'] as const) {
      const { message } = outlook(EVENING, { failure: { ...failure, then } }, records);
      expect(message).toContain('2 failed in a row, maxConsecutiveFailed 2');
    }
  });
});

describe('The story', () => {
  it('is part of the outlook once the rollout has ended, and not before', () => {
    expect(outlook(EVENING).story).toBeUndefined();
    const nodes = ['node-1', 'node-8', 'node-9'].map((name): NodeRecord => ({ name, state: 'Succeeded', ...TURN }));
    expect(outlook(EVENING, {}, nodes)).toMatchObject({ next: 'Done', story: { batches: 1 } });
  });
});
