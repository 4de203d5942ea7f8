import { NO_RATES, type FaultRates } from './fault-source.ts';
import type { ReceiverPolicy, Role, Schedule, ScheduledFault, TimedFault } from './schedule.ts';

/** What random schedules are made for. */
export interface RandomScheduleOptions {
  readonly random: () => number;
  /** Faults begin within this time from the start of the run (ms). */
  readonly withinMs: number;
  /** The number of faults that last. */
  readonly faults: number;
  readonly hosts: readonly string[];
  readonly sinks: readonly string[];
}

const MINUTE_MS = 60_000;

/** Faults that last, at random times. All of them end. */
export function randomSchedule({ random, withinMs, faults, hosts, sinks }: RandomScheduleOptions): Schedule {
  const between = (low: number, high: number): number => Math.round(low + random() * (high - low));
  const oneOf = <T>(choices: readonly [T, ...T[]]): T => choices[Math.floor(random() * choices.length)] ?? choices[0];
  const program = (): Role => oneOf<Role>(['operator', 'operator', 'operator', 'agent', 'reporter']);
  const host = (): string => hosts[Math.floor(random() * hosts.length)] ?? '';

  function receiver(sink: string): TimedFault {
    const policy = oneOf<ReceiverPolicy>([
      { kind: 'Down' },
      { kind: 'Slow', ms: between(1000, 40_000) },
      { kind: 'Answers', status: oneOf([429, 500, 503]) },
      { kind: 'KeepsAndFails', status: 503 },
    ]);
    return { kind: 'Receiver', sink, policy, forMs: between(10_000, 30 * MINUTE_MS) };
  }

  function fault(): TimedFault {
    const sink = sinks[Math.floor(random() * sinks.length)];
    const make = oneOf<() => TimedFault>([
      () => ({ kind: 'Partition', program: program(), forMs: between(1000, 3 * MINUTE_MS) }),
      () => ({ kind: 'WatchesStall', program: program(), forMs: between(1000, 3 * MINUTE_MS) }),
      () => ({ kind: 'Rewind', program: 'operator', versions: between(1, 100), forMs: between(1000, MINUTE_MS) }),
      () => ({
        kind: 'ClockWrong',
        program: program(),
        offsetMs: between(-3_600_000, 3_600_000),
        forMs: between(MINUTE_MS, 30 * MINUTE_MS),
      }),
      () => ({ kind: 'Killed', program: program(), downMs: between(100, 2 * MINUTE_MS) }),
      () => ({ kind: 'SecondOperator', forMs: between(10_000, 5 * MINUTE_MS) }),
      () => ({ kind: 'KubeletStopped', host: host(), forMs: between(10_000, 5 * MINUTE_MS) }),
      () => ({ kind: 'HostPartition', host: host(), forMs: between(10_000, 5 * MINUTE_MS) }),
      () => ({ kind: 'DiskFull', host: host(), forMs: between(10_000, 5 * MINUTE_MS) }),
      () => ({
        kind: 'WritesRefused',
        program: 'operator',
        resource: oneOf(['nodes', 'jobs', 'pods', 'leases', 'upgradebatches', undefined]),
        refusal: oneOf(['TooManyRequests', 'ServiceUnavailable', 'WebhookUnreachable', 'EtcdTimedOut', 'PolicyDenied']),
        forMs: between(1000, 3 * MINUTE_MS),
      }),
      () => (sink === undefined ? { kind: 'Killed', program: 'agent', downMs: 1000 } : receiver(sink)),
    ]);
    return make();
  }

  const entries = Array.from({ length: faults }, (): ScheduledFault => ({ at: { ms: between(0, withinMs) }, fault: fault() }));
  return entries.sort((a, b) => ('ms' in a.at && 'ms' in b.at ? a.at.ms - b.at.ms : 0));
}

/** How often requests and events are hit: never, rarely, or often. */
export function randomRates(random: () => number): FaultRates {
  const scale = [0, 0.2, 1][Math.floor(random() * 3)] ?? 0;
  if (scale === 0) return NO_RATES;
  const rate = (most: number): number => random() * most * scale;
  return {
    requestLost: rate(0.02),
    answerLost: rate(0.02),
    late: rate(0.05),
    repeated: rate(0.01),
    refused: rate(0.05),
    killed: rate(0.005),
    eventLate: rate(0.05),
    watchBroken: rate(0.01),
    eventsMissed: rate(0.005),
  };
}
