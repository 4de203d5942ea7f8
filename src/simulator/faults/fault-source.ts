import { pointKey } from './points.ts';
import type { EventFault, Point, RequestFault, Schedule } from './schedule.ts';

/** Decides which fault hits a point. */
export interface FaultSource {
  readonly requestFault: (point: Point) => RequestFault | undefined;
  readonly eventFault: (point: Point) => EventFault | undefined;
}

const EVENT_FAULTS = new Set<string>(['EventLate', 'WatchBroken', 'EventsMissed']);

function isEventFault(fault: RequestFault | EventFault): fault is EventFault {
  return EVENT_FAULTS.has(fault.kind);
}

/** The faults of a schedule, each at its point. */
export function scheduledFaults(schedule: Schedule): FaultSource {
  const requests = new Map<string, RequestFault>();
  const events = new Map<string, EventFault>();
  for (const entry of schedule) {
    if (!('program' in entry.at) || !isPointFault(entry)) continue;
    if (isEventFault(entry.fault)) events.set(pointKey(entry.at), entry.fault);
    else requests.set(pointKey(entry.at), entry.fault);
  }
  return {
    requestFault: (point) => requests.get(pointKey(point)),
    eventFault: (point) => events.get(pointKey(point)),
  };
}

function isPointFault(entry: Schedule[number]): entry is { at: Point; fault: RequestFault | EventFault } {
  return 'program' in entry.at;
}

/** How probable faults are, each from 0 to 1 for each request or event. */
export interface FaultRates {
  readonly requestLost: number;
  readonly answerLost: number;
  readonly late: number;
  readonly repeated: number;
  readonly refused: number;
  readonly killed: number;
  readonly eventLate: number;
  readonly watchBroken: number;
  readonly eventsMissed: number;
}

/** No faults. */
export const NO_RATES: FaultRates = {
  requestLost: 0,
  answerLost: 0,
  late: 0,
  repeated: 0,
  refused: 0,
  killed: 0,
  eventLate: 0,
  watchBroken: 0,
  eventsMissed: 0,
};

/** Refusals that end by themselves, as they occur in a busy cluster. */
const PASSING_REFUSALS = [
  'TooManyRequests',
  'ServiceUnavailable',
  'TimedOut',
  'EtcdTimedOut',
  'EtcdLeaderChanged',
  'BadGateway',
] as const;
/** The same for writes. */
const PASSING_WRITE_REFUSALS = [...PASSING_REFUSALS, 'WebhookTimedOut', 'Conflict'] as const;

/** Faults at random. Every point draws the same number of times, so that one fault more or less moves no other. */
export function randomFaults(random: () => number, rates: FaultRates): FaultSource {
  function pick<T>(choices: readonly (readonly [rate: number, make: (draw: number) => T])[]): T | undefined {
    let rest = random();
    const draw = random();
    for (const [rate, make] of choices) {
      if (rest < rate) return make(draw);
      rest -= rate;
    }
    return undefined;
  }
  const upTo = (ms: number, draw: number): number => Math.round(draw * ms);
  return {
    requestFault: ({ kind }) => {
      const refusals = kind === 'Write' ? PASSING_WRITE_REFUSALS : PASSING_REFUSALS;
      return pick<RequestFault>([
        [rates.requestLost, () => ({ kind: 'RequestLost' })],
        [kind === 'Watch' ? 0 : rates.answerLost, () => ({ kind: 'AnswerLost' })],
        [rates.late / 2, (draw) => ({ kind: 'RequestLate', ms: upTo(20_000, draw) })],
        [rates.late / 2, (draw) => ({ kind: 'AnswerLate', ms: upTo(20_000, draw) })],
        [kind === 'Write' ? rates.repeated : 0, (draw) => ({ kind: 'RequestRepeated', ms: upTo(5000, draw) })],
        [
          rates.refused,
          (draw) => ({ kind: 'Refused', refusal: refusals[Math.floor(draw * refusals.length)] ?? 'ServiceUnavailable' }),
        ],
        [rates.killed / 2, (draw) => ({ kind: 'KilledBefore', downMs: 100 + upTo(20_000, draw) })],
        [rates.killed / 2, (draw) => ({ kind: 'KilledAfter', downMs: 100 + upTo(20_000, draw) })],
      ]);
    },
    eventFault: () =>
      pick<EventFault>([
        [rates.eventLate, (draw) => ({ kind: 'EventLate', ms: upTo(30_000, draw) })],
        [rates.watchBroken, () => ({ kind: 'WatchBroken' })],
        [rates.eventsMissed, (draw) => ({ kind: 'EventsMissed', forMs: 1000 + upTo(30_000, draw) })],
      ]),
  };
}
