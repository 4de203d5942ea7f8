import { describe, expect, it } from '@jest/globals';
import type { NodeRecord } from '../../../../../../src/api/generated/upgradebatch.ts';
import type { UpgradePlanSpec, UpgradePlanStatus } from '../../../../../../src/api/generated/upgradeplan.ts';
import type { Condition } from '../../../../../../src/core/condition.ts';
import { decide } from '../../../../../../src/core/rollout/decide.ts';
import type { Decision } from '../../../../../../src/core/rollout/model/decision.ts';
import type { PlanSnapshot } from '../../../../../../src/core/rollout/model/snapshot.ts';
import { aJob, aLease, aNode, aPod, aSnapshot, byName, inTurn, SETTINGS } from '../../support/facts.ts';
import { aBatch, aPlan, aProcess, at, hash, settledStatus, timeAt } from '../../support/objects.ts';

const SLOW = [{ ...aBatch([]).spec.processes[0]!, deadlineSeconds: 7200 }];

interface Case {
  readonly spec?: Partial<UpgradePlanSpec>;
  readonly status?: UpgradePlanStatus;
  readonly records?: readonly NodeRecord[];
  readonly snapshot?: Partial<PlanSnapshot>;
  readonly now?: number;
}

const DOWN = byName(aNode('node-1'), aNode('node-2', { ready: false }));

/** A plan of two nodes, one of them NotReady, so that the other waits; its batch was made at the start, and an hour has passed. */
function pass({
  spec = {},
  status = { lastProgressTime: timeAt(0) },
  records = [],
  snapshot = {},
  now = 3600,
}: Case = {}): Decision {
  const plan = { ...aPlan({ notify: { stallSeconds: 1800 }, ...spec }), status };
  const batch = aBatch(['node-1'], { spec: { processes: SLOW }, status: { nodes: records } });
  const all = aSnapshot({ plan, batches: [batch], nodes: DOWN, lease: aLease(), ...snapshot });
  return decide({ snapshot: all, now: at(now), settings: SETTINGS, hash });
}

function stallOf({ planStatus }: Decision): Condition | undefined {
  return planStatus?.conditions?.find((condition) => condition.type === 'RolloutStalled');
}

function events({ commands }: Decision): readonly string[] {
  return commands.flatMap((command) => (command.kind === 'RecordWarnings' ? [String(command.event['reason'])] : []));
}

const TURN = { nodes: byName(inTurn('node-1')) };
const UPGRADING: NodeRecord = { name: 'node-1', state: 'Upgrading', startTime: timeAt(0) };
const RUNNING = { ...UPGRADING, processes: [{ name: 'os', state: 'Running', attempt: 1, startTime: timeAt(0) }] } as const;
const LONG = { processes: [aProcess({ timing: { deadlineSeconds: 7200 } })] };
const EXPECTED = { processes: [aProcess({ timing: { expectedSeconds: 3600, deadlineSeconds: 7200 } })] };

describe('A rollout is stalled', () => {
  it('when nothing has moved for notify.stallSeconds, and the condition names the cause', () => {
    expect(stallOf(pass({ now: 1800 }))).toBeUndefined();
    expect(stallOf(pass({ now: 1801 }))).toMatchObject({
      status: 'True',
      reason: 'MaxUnavailableReached',
      message: 'nothing has moved for 30 min: down: node-2 (NotReady): 1 of maxUnavailable 1',
    });
  });

  it('after 1800 seconds by default', () => {
    expect(stallOf(pass({ spec: { notify: {} }, now: 1800 }))).toBeUndefined();
    expect(stallOf(pass({ spec: { notify: {} }, now: 1801 }))).toBeDefined();
  });

  it('and is reported once in an Event', () => {
    const first = pass();
    expect(events(first)).toEqual(['RolloutStalled']);

    expect(events(pass({ status: first.planStatus ?? {} }))).toEqual([]);
  });

  it.each<{ readonly title: string; readonly given: Case; readonly reason: string; readonly message: string }>([
    {
      title: 'a drain that a disruption budget blocks',
      given: {
        records: [{ ...UPGRADING, state: 'Draining' }],
        spec: LONG,
        snapshot: {
          ...TURN,
          batches: [aBatch(['node-1'], { spec: { processes: SLOW }, status: { nodes: [{ ...UPGRADING, state: 'Draining' }] } })],
          pods: new Map([['node-1', [aPod('shop-1', 'node-1')]]]),
          evictionAnswers: new Map([['uid-of-shop-1', { rejection: { message: '', budget: 'shop' }, askAgainMs: 5000 }]]),
        },
      },
      reason: 'DrainBlocked',
      message: 'shop-1',
    },
    {
      title: 'a process of unknown duration',
      given: { records: [RUNNING], spec: LONG, snapshot: { ...TURN, jobs: [aJob('node-1')] } },
      reason: 'Upgrading',
      message: 'node-1 is Upgrading',
    },
    {
      title: 'a failure budget',
      given: { records: [{ name: 'node-1', state: 'Failed', endTime: timeAt(10) }] },
      reason: 'BudgetExceeded',
      message: 'Resume for os-aaaa-1',
    },
    {
      title: 'an approval',
      given: {
        spec: {
          batches: [{ size: 1, approval: 'BeforeNext' }],
          failure: { maxFailed: 5, failedNodes: 'Quarantine', retriesPerNode: 0, then: 'Pause' },
        },
        snapshot: {
          nodes: byName(aNode('node-1'), aNode('node-2')),
          batches: [aBatch(['node-1'], { status: settledStatus([{ name: 'node-1', state: 'Succeeded' }]) })],
        },
      },
      reason: 'ApprovalRequired',
      message: 'waits for approval',
    },
  ])('by $title', ({ given, reason, message }) => {
    expect(stallOf(pass(given))).toMatchObject({ reason, message: expect.stringContaining(message) });
  });

  it.each<[string, Case]>([
    ['by spec.paused', { spec: { paused: true } }],
    ['by a freeze', { spec: { freezes: [{ name: 'x', from: timeAt(-1), to: timeAt(9999), reason: 'fair' }] } }],
    [
      'by a process within its expected time',
      { records: [RUNNING], spec: EXPECTED, snapshot: { ...TURN, jobs: [aJob('node-1')] } },
    ],
    ['when its record has just changed', { records: [{ ...UPGRADING, startTime: timeAt(3000) }], snapshot: TURN }],
    ['when somebody deletes the plan', { snapshot: { plan: aPlan({}, { deletionTimestamp: timeAt(0) }) } }],
    ['when it has ended', { snapshot: { nodes: new Map(), batches: [] } }],
  ])('not %s', (_, given) => {
    expect(stallOf(pass(given))).toBeUndefined();
  });

  it('not by the time of a freeze: afterwards, the time starts again', () => {
    const thawed = pass({ status: { reason: 'Frozen', lastProgressTime: timeAt(0) } });

    expect(stallOf(thawed)).toBeUndefined();
    expect(thawed.planStatus?.lastProgressTime).toBe(timeAt(3600));
    expect(stallOf(pass({ status: thawed.planStatus ?? {}, now: 3600 + 1801 }))).toBeDefined();
  });
});

describe('lastProgressTime', () => {
  it('starts when the plan is seen for the first time', () => {
    expect(pass({ status: {} }).planStatus?.lastProgressTime).toBe(timeAt(3600));
  });

  it('is derived from stored times, so that a restart of the operator does not change it', () => {
    expect(pass().planStatus?.lastProgressTime).toBe(timeAt(0));
    expect(
      pass({ records: [{ ...RUNNING, startTime: timeAt(1200) }], snapshot: { ...TURN, jobs: [aJob('node-1')] } }).planStatus
        ?.lastProgressTime,
    ).toBe(timeAt(1200));
  });

  it('is stored again only after a tenth of stallSeconds', () => {
    const status = { lastProgressTime: timeAt(1000) };

    expect(
      pass({ status, records: [{ ...UPGRADING, startTime: timeAt(1180) }], snapshot: TURN }).planStatus?.lastProgressTime,
    ).toBe(timeAt(1000));
    expect(
      pass({ status, records: [{ ...UPGRADING, startTime: timeAt(1181) }], snapshot: TURN }).planStatus?.lastProgressTime,
    ).toBe(timeAt(1181));
  });
});
