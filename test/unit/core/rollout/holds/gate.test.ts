import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Gate, GateStatus } from '../../../../../src/api/generated/upgradeplan.ts';
import { gateStatus, judgeGate } from '../../../../../src/core/rollout/holds/gate.ts';
import type { GateObservation } from '../../../../../src/core/rollout/model/facts.ts';
import { aSnapshot } from '../support/facts.ts';
import { after, GATE, planWith, seen } from '../support/gates.ts';
import { at, hash, timeAt } from '../support/objects.ts';

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

  it('starts again if the definition of the gate changes', () => {
    const first = after(GATE, [seen(true, 0)]);
    const other = { ...GATE, http: { url: 'https://other.example/', expectStatus: 200 } };
    expect(after(other, [seen(true, 30)], first)?.sinceTime).toBe(timeAt(30));
  });

  it.each<readonly [string, readonly GateObservation[], number | undefined]>([
    ['undefined while it was open all the time', [seen(true, 0), seen(true, 90)], undefined],
    ['when it had opened again', [seen(true, 0), seen(false, 15), seen(true, 30), seen(true, 100)], 30],
    ['when it had opened, if it began closed', [seen(false, 0), seen(true, 15)], 15],
  ])('has the time of the last opening: %s', (_, looks, closed) => {
    expect(after(GATE, looks)?.closedTime).toBe(closed === undefined ? undefined : timeAt(closed));
  });
});

describe('A gate', () => {
  const judge = (gate: Gate, now: number, look?: GateObservation, status?: GateStatus): string => {
    const gates = new Map(look === undefined ? [] : [[gate.name, look]]);
    const verdict = judgeGate(gate, { snapshot: aSnapshot({ plan: planWith(gate, status), gates }), now: at(now), hash });
    return 'message' in verdict ? `${verdict.kind}: ${verdict.message}` : verdict.kind;
  };

  it.each<{
    readonly title: string;
    readonly changes: Partial<Gate>;
    readonly now: number;
    readonly look: GateObservation | undefined;
    readonly expected: string;
  }>([
    {
      title: 'that has not been evaluated',
      changes: {},
      now: 0,
      look: undefined,
      expected: 'Unknown: the gate pages counts as closed: it has not been evaluated yet',
    },
    { title: 'that is open', changes: {}, now: 5, look: seen(true, 0), expected: 'Open' },
    { title: 'that is open by the oldest observation that counts', changes: {}, now: 55, look: seen(true, 0), expected: 'Open' },
    {
      title: 'that has not been evaluated for too long',
      changes: {},
      now: 56,
      look: seen(true, 0),
      expected: 'Unknown: the gate pages counts as closed: it has not been evaluated since 2026-11-22T08:00:00Z',
    },
    { title: 'whose evaluation may take long', changes: { timeoutSeconds: 60 }, now: 100, look: seen(true, 0), expected: 'Open' },
    {
      title: 'that is closed',
      changes: {},
      now: 5,
      look: seen(false, 0),
      expected: 'Closed: the gate pages is closed: 3, max 0',
    },
    {
      title: 'that is closed with a message',
      changes: {},
      now: 5,
      look: seen(false, 0, { message: 'no answer within 10 s', value: undefined, threshold: undefined }),
      expected: 'Closed: the gate pages is closed: no answer within 10 s',
    },
    {
      title: 'that is not open for long enough',
      changes: { forSeconds: 30 },
      now: 30,
      look: seen(true, 0),
      expected: 'Opening: the gate pages has been open since 2026-11-22T08:00:00Z, and must be open for 30 s',
    },
    { title: 'that is open for just long enough', changes: { forSeconds: 30 }, now: 31, look: seen(true, 0), expected: 'Open' },
  ])('$title', ({ changes, now, look, expected }) => {
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
