import type { BatchDrain, DrainRecord } from '../../../../api/generated/upgradebatch.ts';
import type { Instant, NodeFact, PodFact } from '../../../facts.ts';
import { presentFields } from '../../../present-fields.ts';
import { counted, toInstant, toRfc3339 } from '../../../text.ts';
import type { Command } from '../../model/command.ts';
import type { OperatorPod } from '../../model/facts.ts';
import { isForced, surveyPods, type PodsToGo } from './pods-to-evict.ts';
import { chooseObstacle, obstacleRecord, obstacles, stillThere, waitedFor, type Obstacle } from './obstacles.ts';
import type { EvictionAnswer } from '../../model/eviction-answer.ts';

/** What the decision about the drain of a node is based on. */
export interface DrainInput {
  readonly node: NodeFact;
  /** All Pods of the node. */
  readonly pods: readonly PodFact[];
  readonly policy: BatchDrain;
  /** When the node's turn was opened. */
  readonly opened: Instant;
  /** Maximum duration of the drain after the first eviction (s). */
  readonly timeoutSeconds: number;
  /** The drain's record as persisted. */
  readonly before: DrainRecord | undefined;
  /** The API server's last answers to evictions, by Pod UID. */
  readonly answers: ReadonlyMap<string, EvictionAnswer>;
  /** The operator's own Pod when it runs on this node. */
  readonly operator: OperatorPod | undefined;
  readonly now: Instant;
}

/** How far a drain is. `message` says what the drain waits for, or why it failed; a Pod that blocks it comes first. */
export type DrainDecision =
  | { readonly kind: 'Done' }
  | {
      readonly kind: 'Draining';
      readonly commands: readonly Command[];
      readonly record: DrainRecord;
      readonly message: string;
      readonly requeueAt: Instant;
    }
  | { readonly kind: 'TimedOut'; readonly record: DrainRecord; readonly message: string };

/** Minimum time between an eviction and the next pass, which reads its answer (ms). */
const MIN_ANSWER_MS = 1000;
/** How long Pods that are deleted past their budget may exceed their grace period, because their host may be lost (ms). */
const MAX_FORCE_SLACK_MS = 60_000;
/** Minimum time before the deadline in which the operator still moves: it must start elsewhere and continue (ms). */
const MIN_MOVE_MS = 60_000;

/** The recorded start times of a drain's phases. */
type Times = Pick<DrainRecord, 'evictionStartTime' | 'forcedDeletionStartTime'>;

/** A drain in which evictions have begun. */
interface Evicting {
  readonly toGo: PodsToGo;
  readonly deadline: Instant;
  readonly times: Times;
}

/**
 * Decides what a drain does next. Its phases are: wait for the Pods that may end by themselves, evict, delete the Pods of
 * `drain.force` past their budgets, give up. The start of each phase is on record, so no phase starts again after a restart of
 * the operator.
 */
export function decideDrain(input: DrainInput): DrainDecision {
  const { policy, opened, before, now } = input;
  const { waitFor, ...evicting } = policy;
  if (waitFor !== undefined && before?.evictionStartTime === undefined) {
    const deadline = opened + waitFor.timeoutSeconds * 1000;
    const waiting = surveyPods(input.pods, policy, input.operator).waitFor;
    if (waiting.length > 0 && now < deadline) {
      return draining(input, { found: waitedFor(waiting, deadline), left: waiting.length, times: {}, requeueAt: deadline });
    }
  }
  const evictionStartTime = waitFor === undefined ? undefined : (before?.evictionStartTime ?? toRfc3339(now));
  const deadline = (toInstant(evictionStartTime) ?? opened) + input.timeoutSeconds * 1000;
  const toGo = surveyPods(input.pods, evicting, input.operator);
  const drain = {
    toGo,
    deadline,
    times: presentFields({ evictionStartTime, forcedDeletionStartTime: before?.forcedDeletionStartTime }),
  };
  if (countLeft(toGo) === 0) return moveOperator(input, drain);
  return now > deadline ? forceOrGiveUp(input, drain) : evictPods(input, drain);
}

function countLeft({ evict, blocked, ending }: PodsToGo): number {
  return evict.length + blocked.length + ending.length;
}

function evictPods(input: DrainInput, { toGo, deadline, times }: Evicting): DrainDecision {
  const why = `draining ${input.node.name} before its upgrade`;
  return draining(input, {
    found: obstacles(toGo, input.answers, input.before),
    left: countLeft(toGo),
    idle: toGo.evict.length > 0 ? `${counted(countLeft(toGo), 'Pod')} to go` : firstOf(stillThere(toGo.ending)),
    commands: due(input, toGo.evict).map((pod) => ({ kind: 'Evict', pod, why })),
    requested: toGo.evict,
    requeueAt: deadline + 1000,
    times,
  });
}

/** Evicts the operator's own Pod, the last one left, if it can run elsewhere. If it cannot move in time, the drain is done. */
function moveOperator(input: DrainInput, { toGo: { last }, deadline, times }: Evicting): DrainDecision {
  const { opened, now, node, answers } = input;
  if (last === undefined || answers.get(last.uid)?.rejection !== undefined || now > deadline - MIN_MOVE_MS)
    return { kind: 'Done' };
  // A Pod that was created after the cordon tolerates it, and would come back.
  if (last.createdTime > opened) return { kind: 'Done' };
  const why = `the operator moves from ${node.name} to another node, last of all`;
  return draining(input, {
    found: [],
    idle: 'the operator moves to another node',
    commands: due(input, [last]).map((pod) => ({ kind: 'Evict', pod, why })),
    requested: [last],
    requeueAt: deadline - MIN_MOVE_MS + 1000,
    times,
  });
}

/**
 * After the timeout: deletes the Pods of `drain.force`, but only if no other Pods are left. Otherwise the drain has timed out.
 */
function forceOrGiveUp(input: DrainInput, { toGo, times }: Evicting): DrainDecision {
  const { policy, now, timeoutSeconds } = input;
  const unforced = (pod: PodFact): boolean => !isForced(pod, policy);
  const others = { ...toGo, evict: toGo.evict.filter(unforced), ending: toGo.ending.filter(unforced) };
  if (countLeft(others) > 0) return timedOut(input, others, times);
  const forcedDeletionStartTime = toInstant(times.forcedDeletionStartTime) ?? now;
  const until =
    Math.max(forcedDeletionStartTime, ...toGo.ending.map((pod) => pod.endsBy ?? forcedDeletionStartTime)) + MAX_FORCE_SLACK_MS;
  if (now > until) return timedOut(input, toGo, times);
  const why = `not evicted within ${timeoutSeconds} s, and drain.force names it`;
  const [first] = stillThere([...toGo.evict, ...toGo.ending]);
  // The first deletion does not wait for the answer to the last eviction.
  const pods = times.forcedDeletionStartTime === undefined ? toGo.evict : due(input, toGo.evict);
  return draining(input, {
    found: [],
    idle: `deleted past its budget after ${timeoutSeconds} s: Pod ${first?.pod ?? ''}`,
    commands: pods.map((pod) => ({ kind: 'DeletePod', pod, why })),
    requested: toGo.evict,
    requeueAt: until + 1000,
    times: { ...times, forcedDeletionStartTime: toRfc3339(forcedDeletionStartTime) },
  });
}

function timedOut(input: DrainInput, left: PodsToGo, times: Times): DrainDecision {
  const blocking = obstacles(left, input.answers, input.before);
  const found = blocking.length > 0 ? blocking : stillThere([...left.ending, ...left.evict]);
  const shown = chooseObstacle(found, input.before);
  const record = { ...obstacleRecord(shown, input.before, input.now), ...times };
  const why = shown === undefined ? '' : `: ${shown.why}${andMore(countLeft(left))}`;
  return { kind: 'TimedOut', record, message: `not drained within ${input.timeoutSeconds} s${why}` };
}

function due({ answers }: DrainInput, pods: readonly PodFact[]): readonly PodFact[] {
  return pods.filter((pod) => (answers.get(pod.uid)?.askAgainMs ?? 0) <= 0);
}

function firstOf(found: readonly Obstacle[]): string {
  return `${found[0]?.why ?? ''}${andMore(found.length)}`;
}

function andMore(left: number): string {
  return left > 1 ? ` (and ${left - 1} more)` : '';
}

interface Progress {
  readonly found: readonly Obstacle[];
  /** Number of Pods that are left, for the message about an obstacle. */
  readonly left?: number;
  readonly times: Times;
  /** When the plan is requeued although nothing changes. */
  readonly requeueAt: Instant;
  /** The message when nothing blocks the drain. */
  readonly idle?: string;
  readonly commands?: readonly Command[];
  /** Pods whose eviction or deletion is requested, now or again later. */
  readonly requested?: readonly PodFact[];
}

function draining(
  input: DrainInput,
  { found, left = 1, times, idle = '', commands = [], requested = [], requeueAt }: Progress,
): DrainDecision {
  const { before, now, answers } = input;
  const shown = chooseObstacle(found, before);
  const recorded = obstacleRecord(shown, before, now);
  const message = shown === undefined ? idle : `since ${recorded.blockedSinceTime ?? ''}: ${shown.why}${andMore(left)}`;
  const answerTimes = requested.map((pod) => now + Math.max(answers.get(pod.uid)?.askAgainMs ?? 0, MIN_ANSWER_MS));
  return {
    kind: 'Draining',
    commands,
    record: { ...recorded, ...times },
    message,
    requeueAt: Math.min(requeueAt, ...answerTimes),
  };
}
