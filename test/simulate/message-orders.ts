import type { Schedule, ScheduledFault } from '../../src/simulator/faults/schedule.ts';
import type { RunResult } from './run-port.ts';

/** Late enough for what follows to come first (ms): several times the latency of the network. */
const LATE_MS = 150;

/**
 * The orders in which messages can arrive when at most two of them are late: writes of the operator and events of its watches. Reads
 * commute, so they keep their places. One late message comes first, then pairs, those that are close together before those that are not.
 */
export function* messageOrders({ writes, events }: Pick<RunResult, 'writes' | 'events'>): Generator<Schedule, void> {
  const messages = [
    ...writes.map((_, index): ScheduledFault => {
      return { at: { program: 'operator', kind: 'Write', n: index + 1 }, fault: { kind: 'RequestLate', ms: LATE_MS } };
    }),
    ...Array.from({ length: events }, (_, index): ScheduledFault => {
      return { at: { program: 'operator', kind: 'Event', n: index + 1 }, fault: { kind: 'EventLate', ms: LATE_MS } };
    }),
  ];
  for (const message of messages) yield [message];
  for (let distance = 1; distance < messages.length; distance += 1) {
    for (const [index, message] of messages.entries()) {
      const second = messages[index + distance];
      if (second !== undefined) yield [message, second];
    }
  }
}

/** How many orders there are. */
export function countMessageOrders({ writes, events }: Pick<RunResult, 'writes' | 'events'>): number {
  const messages = writes.length + events;
  return messages + (messages * (messages - 1)) / 2;
}
