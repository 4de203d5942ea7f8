import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { UpgradeBatch } from '../../../src/api/generated/upgradebatch.ts';
import type { BatchStep, Gate, GateStatus, UpgradePlan } from '../../../src/api/generated/upgradeplan.ts';
import { decide, type Decision } from '../../../src/core/rollout/decide.ts';
import { gateStatus, judgeGate, type GateObservation } from '../../../src/core/rollout/gate.ts';
import type { PlanSnapshot } from '../../../src/core/rollout/snapshot.ts';
import { aLease, aNode, aSnapshot, byName, done, SETTINGS } from './support/facts.ts';
import { aBatch, aPlan, at, hash, outboxOf, settledStatus, timeAt } from './support/objects.ts';

const GATE: Gate = {
  name: 'pages',
  when: 'BeforeBatch',
  forSeconds: 0,
  timeoutSeconds: 10,
  http: { url: 'https://status.example/ready', expectStatus: 200 },
};

function seen(open: boolean, seconds: number, changes: Partial<GateObservation> = {}): GateObservation {
  const observedTime = at(seconds);
  const closed = { value: '3', threshold: 'max 0', closedTime: observedTime };
  return {
    open,
    value: '0',
    threshold: 'max 0',
    message: undefined,
    observedTime,
    closedTime: undefined,
    ...(open ? {} : closed),
    ...changes,
  };
}

/** A plan whose status says this of its gate. */
function planWith(gate: Gate, status?: GateStatus, step: Omit<BatchStep, 'size'> = {}): UpgradePlan {
  const plan = aPlan({ gates: [gate], batches: [{ size: 1, ...step }], notify: { sinks: [] } });
  return status === undefined ? plan : { ...plan, status: { gates: [status] } };
}

/** What the status says after these looks, one after the other. */
function after(gate: Gate, looks: readonly GateObservation[], from?: GateStatus): GateStatus | undefined {
  let status = from;
  for (const look of looks) {
    const snapshot = aSnapshot({ plan: planWith(gate, status), gates: new Map([[gate.name, look]]) });
    status = gateStatus(gate, { snapshot, hash });
  }
  return status;
}

describe('The status of a gate', () => {
  it('is unknown before anybody has looked', () => {
    expect(gateStatus(GATE, { snapshot: aSnapshot({ plan: planWith(GATE) }), hash })).toBeUndefined();
  });

  it('says what was seen, and since when', () => {
    expect(after(GATE, [seen(false, 10)])).toMatchObject({
      ...{ name: 'pages', state: 'Closed', sinceTime: timeAt(10), observedTime: timeAt(10), closedTime: timeAt(10) },
      ...{ value: '3', threshold: 'max 0' },
    });
  });

  it('is written anew once a minute, and not for each value that wavers', () => {
    const first = after(GATE, [seen(true, 0)]);
    expect(after(GATE, [seen(true, 0), seen(true, 15, { value: '0.1' }), seen(true, 45, { value: '0.2' })])).toEqual(first);
    const later = after(GATE, [seen(true, 0), seen(true, 15), seen(true, 60, { value: '0.2' })]);
    expect(later).toMatchObject({ sinceTime: timeAt(0), observedTime: timeAt(60), value: '0.2' });
  });

  it('is written anew at once when the gate is closed for another reason', () => {
    const looks = [seen(false, 0, { message: 'no answer in time' }), seen(false, 15, { message: 'ECONNREFUSED' })];
    expect(after(GATE, looks)).toMatchObject({ sinceTime: timeAt(0), observedTime: timeAt(15), message: 'ECONNREFUSED' });
  });

  it.each<readonly [string, readonly GateObservation[], number]>([
    ['a restart of the operator that takes less than five minutes', [seen(true, 0), seen(true, 299)], 0],
    ['no gap in which nobody looked', [seen(true, 0), seen(true, 300)], 300],
    ['no closing', [seen(true, 0), seen(false, 15), seen(true, 30)], 30],
    ['no closing between two passes', [seen(true, 0), seen(true, 45, { closedTime: at(30) })], 45],
  ])('keeps its time over %s', (_, looks, since) => {
    expect(after(GATE, looks)?.sinceTime).toBe(timeAt(since));
  });

  it('begins anew when the gate asks something else', () => {
    const first = after(GATE, [seen(true, 0)]);
    const other = { ...GATE, http: { url: 'https://other.example/', expectStatus: 200 } };
    expect(after(other, [seen(true, 30)], first)?.sinceTime).toBe(timeAt(30));
  });

  it.each<readonly [string, readonly GateObservation[], number | undefined]>([
    ['undefined while it was open all the time', [seen(true, 0), seen(true, 90)], undefined],
    ['when it had opened again', [seen(true, 0), seen(false, 15), seen(true, 30), seen(true, 100)], 30],
    ['when it had opened, if it began closed', [seen(false, 0), seen(true, 15)], 15],
  ])('tells when it was last closed: %s', (_, looks, closed) => {
    expect(after(GATE, looks)?.closedTime).toBe(closed === undefined ? undefined : timeAt(closed));
  });
});

describe('A gate', () => {
  const judge = (gate: Gate, now: number, look?: GateObservation, status?: GateStatus): string => {
    const gates = new Map(look === undefined ? [] : [[gate.name, look]]);
    const verdict = judgeGate(gate, { snapshot: aSnapshot({ plan: planWith(gate, status), gates }), now: at(now), hash });
    return 'message' in verdict ? `${verdict.kind}: ${verdict.message}` : verdict.kind;
  };

  it.each<readonly [string, Partial<Gate>, number, GateObservation | undefined, string]>([
    ['that nobody has looked at', {}, 0, undefined, 'Unknown: the gate pages counts as closed: it has not been evaluated yet'],
    ['that is open', {}, 5, seen(true, 0), 'Open'],
    ['that is open as of the oldest look that counts', {}, 55, seen(true, 0), 'Open'],
    [
      'that nobody has looked at for too long',
      {},
      56,
      seen(true, 0),
      'Unknown: the gate pages counts as closed: it has not been evaluated since 2026-11-22T08:00:00Z',
    ],
    ['whose look may take long', { timeoutSeconds: 60 }, 100, seen(true, 0), 'Open'],
    ['that is closed', {}, 5, seen(false, 0), 'Closed: the gate pages is closed: 3, max 0'],
    [
      'that is closed for a reason in words',
      {},
      5,
      seen(false, 0, { message: 'no answer within 10 s', value: undefined, threshold: undefined }),
      'Closed: the gate pages is closed: no answer within 10 s',
    ],
    [
      'that is not open for long enough',
      { forSeconds: 30 },
      30,
      seen(true, 0),
      'Opening: the gate pages is open since 2026-11-22T08:00:00Z, and has to be for 30 s',
    ],
    ['that is open for just long enough', { forSeconds: 30 }, 31, seen(true, 0), 'Open'],
  ])('%s', (_, changes, now, look, expected) => {
    expect(judge({ ...GATE, ...changes }, now, look)).toBe(expected);
  });

  it('never opens before forSeconds without a break, whatever it does, however passes come, and whenever the operator is killed', () => {
    const step = fc.record({
      ms: fc.integer({ min: 1000, max: 40_000 }),
      open: fc.boolean(),
      then: fc.constantFrom('Nothing', 'Pass', 'PassAndKill'),
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 90 }), fc.array(step, { maxLength: 40 }), (forSeconds, run) => {
        const gate = { ...GATE, forSeconds };
        let now = at(0);
        let openSince = Infinity;
        let status: GateStatus | undefined;
        let look: GateObservation | undefined;
        for (const { ms, open, then } of run) {
          now += ms;
          openSince = open ? Math.min(openSince, now) : Infinity;
          look = { ...seen(open, 0), observedTime: now, closedTime: open ? look?.closedTime : now };
          if (then === 'Nothing') continue;
          const snapshot = aSnapshot({ plan: planWith(gate, status), gates: new Map([[gate.name, look]]) });
          const opens = judgeGate(gate, { snapshot, now, hash }).kind === 'Open';
          expect(opens && now - openSince < forSeconds * 1000).toBe(false);
          status = gateStatus(gate, { snapshot, hash });
          if (then === 'PassAndKill') look = undefined;
        }
      }),
      { numRuns: 500 },
    );
  });
});

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
    expect(pass(planWith({ ...GATE, forSeconds: 60 }), {}, 100, seen(true, 95)).lookAt).toBe(at(156));
  });

  it('is foretold in the notification of the batch before', () => {
    const batches = [aBatch(['node-1'], { status: { nodes: [ENDED] } })];
    const { outlook } = pass(planWith(GATE), { batches }, 100).batchStatuses.get('os-aaaa-1') ?? {};
    expect(outlook).toMatchObject({ next: 'NextBatch', message: 'batch 2, 1 node, once its gates are open' });
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
