import type { RefusalName } from '../../src/simulator/api-server/refusals.ts';
import type { Schedule } from '../../src/simulator/faults/schedule.ts';
import type { RunResult } from './run-port.ts';

/** A family of schedules with one fault each, at every point of a reference run. */
export interface PointFamily {
  readonly name: string;
  readonly schedules: readonly Schedule[];
}

const DOWN_MS = 2000;
const MISSED_MS = 10_000;
const REWOUND_MS = 20_000;
/** How long after a write the operator's view is rewound to before it (ms). */
const REWIND_AFTER_MS = 500;

/** Every point once: each schedule repeats the reference run up to one fault. */
export function everyPoint({ writes, events }: Pick<RunResult, 'writes' | 'events'>): readonly PointFamily[] {
  const last = writes.at(-1)?.version ?? 0;
  const atEachWrite = (fault: Schedule[number]['fault']): readonly Schedule[] =>
    writes.map((_, index) => [{ at: { program: 'operator', kind: 'Write', n: index + 1 }, fault } as Schedule[number]]);
  const refused = (refusal: RefusalName): readonly Schedule[] => atEachWrite({ kind: 'Refused', refusal });
  return [
    { name: 'killed before every write', schedules: atEachWrite({ kind: 'KilledBefore', downMs: DOWN_MS }) },
    { name: 'killed after every write', schedules: atEachWrite({ kind: 'KilledAfter', downMs: DOWN_MS }) },
    { name: 'the answer of every write lost', schedules: atEachWrite({ kind: 'AnswerLost' }) },
    { name: 'every write refused by the server', schedules: refused('ServiceUnavailable') },
    { name: 'every write refused by a policy', schedules: refused('PolicyDenied') },
    { name: 'every write repeated', schedules: atEachWrite({ kind: 'RequestRepeated', ms: 1000 }) },
    {
      name: 'every watch event missed',
      schedules: Array.from({ length: events }, (_, index): Schedule => {
        const at = { program: 'operator', kind: 'Event', n: index + 1 } as const;
        return [{ at, fault: { kind: 'EventsMissed', forMs: MISSED_MS } }];
      }),
    },
    {
      name: 'the view rewound before every write, and a restart',
      schedules: writes.map(({ atMs, version }): Schedule => {
        const now = writes.findLast((each) => each.atMs <= atMs + REWIND_AFTER_MS)?.version ?? last;
        const versions = now - version + 1;
        return [
          { at: { ms: atMs + REWIND_AFTER_MS }, fault: { kind: 'Rewind', program: 'operator', versions, forMs: REWOUND_MS } },
        ];
      }),
    },
  ];
}

/** Some of the schedules of a family, evenly spread: at most `most`. */
export function spread(schedules: readonly Schedule[], most: number): readonly Schedule[] {
  if (schedules.length <= most) return schedules;
  return Array.from({ length: most }, (_, index) => schedules[Math.floor((index * schedules.length) / most)] ?? []);
}
