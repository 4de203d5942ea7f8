import type { DrainRecord } from '../../../../api/generated/upgradebatch.ts';
import type { Instant, PodFact } from '../../../facts.ts';
import { presentFields } from '../../../present-fields.ts';
import { toRfc3339 } from '../../../text.ts';
import { podName, type PodsToGo } from './pods-to-evict.ts';
import type { EvictionAnswer, Rejection } from '../../model/eviction-answer.ts';

/** A Pod that holds a drain up. */
export interface Obstacle {
  /** `namespace/name`. */
  readonly pod: string;
  /** The PodDisruptionBudget that is the reason, if one is. */
  readonly budget: string | undefined;
  readonly why: string;
}

/** What is on record of the Pod that holds a drain up. */
export type ObstacleRecord = Pick<DrainRecord, 'pod' | 'budget' | 'blockedSinceTime'>;

function obstacle(pod: PodFact, why: (name: string) => string): Obstacle {
  const name = podName(pod);
  return { pod: name, budget: undefined, why: why(name) };
}

/** The Pods that are waited for until a deadline. */
export function waitedFor(pods: readonly PodFact[], deadline: Instant): readonly Obstacle[] {
  return pods.map((pod) => obstacle(pod, (name) => `waits until ${toRfc3339(deadline)} for Pod ${name} to end`));
}

/** The Pods that may go and have not gone. */
export function stillThere(pods: readonly PodFact[]): readonly Obstacle[] {
  return pods.map((pod) => obstacle(pod, (name) => `Pod ${name} is ${pod.deleting ? 'terminating' : 'still there'}`));
}

/**
 * The Pods that may not go, those that need somebody's consent first. The budget on record is believed until something else is
 * known: an operator that has just started has not asked yet.
 */
export function obstacles(
  { blocked, evict }: PodsToGo,
  answers: ReadonlyMap<string, EvictionAnswer>,
  before: ObstacleRecord | undefined,
): readonly Obstacle[] {
  const refused = evict.flatMap((pod): Obstacle[] => {
    const answer = answers.get(pod.uid);
    const name = podName(pod);
    const onRecord = before?.pod === name && before.budget !== undefined ? { budget: before.budget, message: '' } : undefined;
    const refusal = answer === undefined ? onRecord : answer.rejection;
    return refusal === undefined ? [] : [refusedBy(name, refusal)];
  });
  return [...blocked.map(({ pod, why }) => obstacle(pod, () => why)), ...refused];
}

function refusedBy(pod: string, { budget, message }: Rejection): Obstacle {
  return { pod, budget, why: budget === undefined ? `Pod ${pod}: ${message}` : `PodDisruptionBudget ${budget} holds Pod ${pod}` };
}

/** The obstacle that is shown: the one on record while it is one, so that its time goes on; else the first. */
export function chooseObstacle(found: readonly Obstacle[], before: ObstacleRecord | undefined): Obstacle | undefined {
  return found.find(({ pod }) => pod === before?.pod) ?? found[0];
}

/** What goes on record of an obstacle. Its time is kept nowhere else, so that it survives the operator. */
export function obstacleRecord(shown: Obstacle | undefined, before: ObstacleRecord | undefined, now: Instant): ObstacleRecord {
  if (shown === undefined) return {};
  const { pod, budget } = shown;
  const blockedSinceTime =
    before?.pod === pod && before.blockedSinceTime !== undefined ? before.blockedSinceTime : toRfc3339(now);
  return presentFields({ pod, budget, blockedSinceTime });
}
