import { NO_RATES, type FaultRates } from '../../src/simulator/faults/fault-source.ts';
import { randomRates, randomSchedule } from '../../src/simulator/faults/random-schedule.ts';
import type { Schedule } from '../../src/simulator/faults/schedule.ts';
import { seededRandom, seedFor } from '../../src/simulator/time/random.ts';
import type { RunRequest } from './run-port.ts';
import { scenarioNamed } from './scenarios.ts';

/** Faults begin within this time from the start of a run (ms). */
const FAULTS_WITHIN_MS = 15 * 60_000;
/** The most faults of a run that last. */
const MAX_LASTING = 6;

/** The run of a seed: what is simulated, and what goes wrong. */
export function seededRequest(seed: number): RunRequest & { readonly rates: FaultRates; readonly schedule: Schedule } {
  const random = seededRandom(seedFor(seed, 'schedule'));
  const { hosts, sinks } = scenarioNamed('random', seed);
  const rates = random() < 0.2 ? NO_RATES : randomRates(random);
  const faults = Math.floor(random() * (MAX_LASTING + 1));
  const schedule = randomSchedule({ random, withinMs: FAULTS_WITHIN_MS, faults, hosts: hosts.map(({ name }) => name), sinks });
  return { scenario: 'random', seed, schedule, rates };
}
