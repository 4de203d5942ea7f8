import type { DrainRecord } from '../../../../api/generated/upgradebatch.ts';
import type { Instant, PodFact } from '../../../facts.ts';
import { presentFields } from '../../../present-fields.ts';
import { toRfc3339 } from '../../../text.ts';
import { podName, type PodsToGo } from './pods-to-evict.ts';
import type { EvictionAnswer, Rejection } from '../../model/eviction-answer.ts';

/** A Pod that blocks a drain. */
export interface Obstacle {
  /** `namespace/name`. */
  readonly pod: string;
  /** The PodDisruptionBudget that blocks its eviction, if one does. */
  readonly budget: string | undefined;
  readonly why: string;
}

/** The recorded Pod that blocks a drain. */
export type ObstacleRecord = Pick<DrainRecord, 'pod' | 'budget' | 'blockedSinceTime'>;

function obstacle(pod: PodFact, why: (name: string) => string): Obstacle {
  const name = podName(pod);
  return { pod: name, budget: undefined, why: why(name) };
}

/** Pods that may end by themselves until a deadline. */
export function waitedFor(pods: readonly PodFact[], deadline: Instant): readonly Obstacle[] {
  return pods.map((pod) => obstacle(pod, (name) => `waiting until ${toRfc3339(deadline)} for Pod ${name} to end`));
}

/** Pods that may be evicted and are not gone yet. */
export function stillThere(pods: readonly PodFact[]): readonly Obstacle[] {
  return pods.map((pod) => obstacle(pod, (name) => `Pod ${name} is ${pod.deleting ? 'terminating' : 'still there'}`));
}

/**
 * Pods that cannot be evicted now: first those that the plan must allow, then those whose eviction was rejected. The budget on
 * record counts until the API server answers, because an operator that has just started has no answers yet.
 */
export function obstacles(
  { blocked, evict }: PodsToGo,
  answers: ReadonlyMap<string, EvictionAnswer>,
  before: ObstacleRecord | undefined,
): readonly Obstacle[] {
  const rejected = evict.flatMap((pod): Obstacle[] => {
    const answer = answers.get(pod.uid);
    const name = podName(pod);
    const onRecord = before?.pod === name && before.budget !== undefined ? { budget: before.budget, message: '' } : undefined;
    const rejection = answer === undefined ? onRecord : answer.rejection;
    return rejection === undefined ? [] : [rejectedObstacle(name, rejection)];
  });
  return [...blocked.map(({ pod, why }) => obstacle(pod, () => why)), ...rejected];
}

function rejectedObstacle(pod: string, { budget, message }: Rejection): Obstacle {
  return { pod, budget, why: budget === undefined ? `Pod ${pod}: ${message}` : `PodDisruptionBudget ${budget} holds Pod ${pod}` };
}

/** The obstacle to report: the recorded one while it lasts, so that its duration continues; otherwise the first. */
export function chooseObstacle(found: readonly Obstacle[], before: ObstacleRecord | undefined): Obstacle | undefined {
  return found.find(({ pod }) => pod === before?.pod) ?? found[0];
}

/** The record of an obstacle. Its start time is kept only there, so that it survives a restart of the operator. */
export function obstacleRecord(shown: Obstacle | undefined, before: ObstacleRecord | undefined, now: Instant): ObstacleRecord {
  if (shown === undefined) return {};
  const { pod, budget } = shown;
  const blockedSinceTime =
    before?.pod === pod && before.blockedSinceTime !== undefined ? before.blockedSinceTime : toRfc3339(now);
  return presentFields({ pod, budget, blockedSinceTime });
}
