import type { BatchProcess, NodeRecord } from '../../api/generated/upgradebatch.ts';
import { toInstant } from '../text.ts';

/** How long something is expected to take, and how much longer it may take. */
export interface Reference {
  readonly expectedSeconds: number;
  readonly toleranceSeconds: number;
  /** Number of nodes that it was learned from; 0 when the plan sets it. */
  readonly samples: number;
}

/** Minimum number of samples to learn from: the median of two depends on a single slow one. */
export const MIN_SAMPLES = 3;
/** Maximum number of samples. Only the newest count, so that the cost does not grow with the fleet and a rollout that slows down is noticed. */
const MAX_SAMPLES = 500;
/** Minimum tolerance, in seconds and as a share of the expected time: hosts that happen to be alike do not predict the next one. */
const MIN_TOLERANCE_SECONDS = 60;
const MIN_TOLERANCE_SHARE = 0.5;
/** Three standard deviations: for normally distributed samples, one is 1.4826 times the median absolute deviation. */
const DEVIATIONS = 3 * 1.4826;

function median(sorted: Float64Array): number {
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

/** The tolerance when the plan sets none: half of the expected time, and at least a minute. */
export function defaultTolerance(expectedSeconds: number): number {
  return Math.max(MIN_TOLERANCE_SECONDS, Math.ceil(expectedSeconds * MIN_TOLERANCE_SHARE));
}

/**
 * Learns from the durations on other nodes (seconds): expects their median, and tolerates three standard deviations, estimated from the
 * median absolute deviation, but at least {@link defaultTolerance}. Up to half of the samples may be outliers. Undefined below
 * {@link MIN_SAMPLES}.
 */
export function learnReference(samples: readonly number[]): Reference | undefined {
  if (samples.length < MIN_SAMPLES) return undefined;
  const expected = median(Float64Array.from(samples).sort());
  const spread = median(Float64Array.from(samples, (sample) => Math.abs(sample - expected)).sort());
  const expectedSeconds = Math.max(1, Math.round(expected));
  const toleranceSeconds = Math.max(defaultTolerance(expectedSeconds), Math.ceil(DEVIATIONS * spread));
  return { expectedSeconds, toleranceSeconds, samples: samples.length };
}

/** How long a process ran on a node, without its reboot (seconds); undefined when it has not succeeded. */
export function runSeconds(record: NodeRecord, process: string): number | undefined {
  const own = record.processes?.find((candidate) => candidate.name === process);
  if (own?.state !== 'Succeeded') return undefined;
  const start = toInstant(own.startTime);
  const end = toInstant(own.rebootTime ?? own.endTime);
  return start === undefined || end === undefined || end < start ? undefined : (end - start) / 1000;
}

/** The batches of a rollout whose records references are learned from, oldest first. */
export type PastBatches = readonly { readonly status?: { readonly nodes?: readonly NodeRecord[] } }[];

/** The newest values that `valueOf` returns for the records. */
export function newestSamples(pastBatches: PastBatches, valueOf: (record: NodeRecord) => number | undefined): readonly number[] {
  const samples: number[] = [];
  for (const { status } of pastBatches.toReversed()) {
    for (const record of status?.nodes ?? []) {
      const value = valueOf(record);
      if (value !== undefined) samples.push(value);
      if (samples.length === MAX_SAMPLES) return samples;
    }
  }
  return samples;
}

/** The reference of each process by name: from the plan, else learned from the records; absent when neither is available. */
export function referencesFor(
  processes: readonly Pick<BatchProcess, 'name' | 'timing'>[],
  pastBatches: PastBatches,
): ReadonlyMap<string, Reference> {
  const references = new Map<string, Reference>();
  for (const { name, timing } of processes) {
    const reference =
      timing?.expectedSeconds === undefined
        ? learnReference(newestSamples(pastBatches, (record) => runSeconds(record, name)))
        : referenceFromPlan(timing.expectedSeconds, timing.toleranceSeconds);
    if (reference !== undefined) references.set(name, reference);
  }
  return references;
}

/** The reference that the plan gives. */
export function referenceFromPlan(expectedSeconds: number, toleranceSeconds: number | undefined): Reference {
  return { expectedSeconds, toleranceSeconds: toleranceSeconds ?? defaultTolerance(expectedSeconds), samples: 0 };
}
