import type { BatchProcess, NodeRecord } from '../../api/generated/upgradebatch.ts';
import { toInstant } from '../text.ts';

/** How long something usually takes, and how much longer it may take. */
export interface Reference {
  readonly expectedSeconds: number;
  readonly toleranceSeconds: number;
  /** How many nodes it was learned from; 0 where the plan says it. */
  readonly samples: number;
}

/** Below so many samples nothing is learned: a median of two is whatever the slower one did. */
export const LEAST_SAMPLES = 3;
/** Only the newest samples count: what they cost does not grow with the fleet, and a rollout that becomes slower is noticed. */
const MOST_SAMPLES = 500;
/** A spread is never taken for smaller: hosts that happen to be alike say nothing about the next one (seconds; share of the time). */
const LEAST_TOLERANCE_SECONDS = 60;
const LEAST_TOLERANCE_SHARE = 0.5;
/** For normally distributed samples, 1.4826 times the median absolute deviation is one standard deviation; three are allowed. */
const DEVIATIONS = 3 * 1.4826;

function median(sorted: Float64Array): number {
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

/** The tolerance where nobody gave one: half of the time, and at least a minute. */
export function usualTolerance(expectedSeconds: number): number {
  return Math.max(LEAST_TOLERANCE_SECONDS, Math.ceil(expectedSeconds * LEAST_TOLERANCE_SHARE));
}

/**
 * Learns from how long it took elsewhere (seconds): the median, and three deviations beside it as told by the median absolute
 * deviation, with {@link usualTolerance} as the floor. Up to half of the samples may be wild without moving either far. Undefined
 * below {@link LEAST_SAMPLES}.
 */
export function learn(samples: readonly number[]): Reference | undefined {
  if (samples.length < LEAST_SAMPLES) return undefined;
  const expected = median(Float64Array.from(samples).sort());
  const spread = median(Float64Array.from(samples, (sample) => Math.abs(sample - expected)).sort());
  const expectedSeconds = Math.max(1, Math.round(expected));
  const toleranceSeconds = Math.max(usualTolerance(expectedSeconds), Math.ceil(DEVIATIONS * spread));
  return { expectedSeconds, toleranceSeconds, samples: samples.length };
}

/** How long a process ran on a node without its reboot (seconds); undefined when it has not succeeded. */
export function runSeconds(record: NodeRecord, process: string): number | undefined {
  const own = record.processes?.find((candidate) => candidate.name === process);
  if (own?.state !== 'Succeeded') return undefined;
  const start = toInstant(own.startTime);
  const end = toInstant(own.rebootTime ?? own.endTime);
  return start === undefined || end === undefined || end < start ? undefined : (end - start) / 1000;
}

/** The records that references are learned from: those of a rollout's batches, oldest first. */
export type Lessons = readonly { readonly status?: { readonly nodes?: readonly NodeRecord[] } }[];

/** The newest values that `valueOf` finds in the records. */
export function newestSamples(lessons: Lessons, valueOf: (record: NodeRecord) => number | undefined): readonly number[] {
  const samples: number[] = [];
  for (const { status } of lessons.toReversed()) {
    for (const record of status?.nodes ?? []) {
      const value = valueOf(record);
      if (value !== undefined) samples.push(value);
      if (samples.length === MOST_SAMPLES) return samples;
    }
  }
  return samples;
}

/** The reference of each process by name: what the plan says, or else what the records teach; absent where neither says anything. */
export function referencesFor(
  processes: readonly Pick<BatchProcess, 'name' | 'timing'>[],
  lessons: Lessons,
): ReadonlyMap<string, Reference> {
  const references = new Map<string, Reference>();
  for (const { name, timing } of processes) {
    const reference =
      timing?.expectedSeconds === undefined
        ? learn(newestSamples(lessons, (record) => runSeconds(record, name)))
        : givenReference(timing.expectedSeconds, timing.toleranceSeconds);
    if (reference !== undefined) references.set(name, reference);
  }
  return references;
}

/** The reference that the plan gives. */
export function givenReference(expectedSeconds: number, toleranceSeconds: number | undefined): Reference {
  return { expectedSeconds, toleranceSeconds: toleranceSeconds ?? usualTolerance(expectedSeconds), samples: 0 };
}
