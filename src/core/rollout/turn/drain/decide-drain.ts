import type { BatchDrain, DrainRecord } from '../../../../api/generated/upgradebatch.ts';
import type { Instant, NodeFact, PodFact } from '../../../facts.ts';
import { presentFields } from '../../../present-fields.ts';
import { counted, toInstant, toRfc3339 } from '../../../text.ts';
import type { Command } from '../../model/command.ts';
import type { OperatorPod } from '../../model/facts.ts';
import { isForced, surveyPods, type PodsToGo } from './pods-to-evict.ts';
import { chooseObstacle, obstacleRecord, obstacles, stillThere, waitedFor, type Obstacle } from './obstacles.ts';
import type { EvictionAnswer } from '../../model/eviction-answer.ts';

/** What one decision about the drain of a node looks at. */
export interface DrainInput {
  readonly node: NodeFact;
  /** All Pods of the node. */
  readonly pods: readonly PodFact[];
  readonly policy: BatchDrain;
  /** When the node's turn was opened. */
  readonly opened: Instant;
  /** How long the Pods may take to go, from the first eviction on. */
  readonly timeoutSeconds: number;
  /** What is on record of the drain. */
  readonly before: DrainRecord | undefined;
  /** Answers of the API server by Pod UID. */
  readonly answers: ReadonlyMap<string, EvictionAnswer>;
  /** The Pod of the operator that decides, when it is on this node. */
  readonly operator: OperatorPod | undefined;
  readonly now: Instant;
}

/** How far a drain is. `message` says what it waits for, the Pod that holds it up first; or why the node is given up. */
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

/** What was asked of the API server is looked at again so soon, for its answer (ms). */
const ANSWER_MS = 1000;
/** Pods that are deleted past their budget have so long beyond their own grace period, for their host may be lost (ms). */
const FORCE_SLACK_MS = 60_000;
/** The operator moves elsewhere only when so much time is left for it to start there and go on (ms). */
const MOVE_MS = 60_000;

/** When the phases of a drain began, as far as the record has to know. */
type Times = Pick<DrainRecord, 'evictionStartTime' | 'forcedDeletionStartTime'>;

/** A drain in which evictions have begun. */
interface Evicting {
  readonly toGo: PodsToGo;
  readonly deadline: Instant;
  readonly times: Times;
}

/**
 * Decides the next step of a drain: wait for the Pods that may end by themselves, then evict, then delete past their budgets the Pods
 * that the plan names, then give up. No phase begins anew: what its time counts from is on record.
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
    asked: toGo.evict,
    requeueAt: deadline + 1000,
    times,
  });
}

/** Nothing but the operator is left. It goes when it can run elsewhere, but must not hold up the rollout that it is for. */
function moveOperator(input: DrainInput, { toGo: { last }, deadline, times }: Evicting): DrainDecision {
  const { opened, now, node, answers } = input;
  if (last === undefined || answers.get(last.uid)?.rejection !== undefined || now > deadline - MOVE_MS) return { kind: 'Done' };
  // One that came after the cordon tolerates it, and would come again.
  if (last.createdTime > opened) return { kind: 'Done' };
  const why = `the operator moves from ${node.name} to another node, last of all`;
  return draining(input, {
    found: [],
    idle: 'the operator moves to another node',
    commands: due(input, [last]).map((pod) => ({ kind: 'Evict', pod, why })),
    asked: [last],
    requeueAt: deadline - MOVE_MS + 1000,
    times,
  });
}

/** The time is over: only what the plan names may still be made to go, and only when that empties the node. */
function forceOrGiveUp(input: DrainInput, { toGo, times }: Evicting): DrainDecision {
  const { policy, now, timeoutSeconds } = input;
  const unforced = (pod: PodFact): boolean => !isForced(pod, policy);
  const others = { ...toGo, evict: toGo.evict.filter(unforced), ending: toGo.ending.filter(unforced) };
  if (countLeft(others) > 0) return timedOut(input, others, times);
  const forcedDeletionStartTime = toInstant(times.forcedDeletionStartTime) ?? now;
  const until =
    Math.max(forcedDeletionStartTime, ...toGo.ending.map((pod) => pod.endsBy ?? forcedDeletionStartTime)) + FORCE_SLACK_MS;
  if (now > until) return timedOut(input, toGo, times);
  const why = `not evicted within ${timeoutSeconds} s, and drain.force names it`;
  const [first] = stillThere([...toGo.evict, ...toGo.ending]);
  // What the last eviction was answered with is no reason to wait for the first deletion.
  const pods = times.forcedDeletionStartTime === undefined ? toGo.evict : due(input, toGo.evict);
  return draining(input, {
    found: [],
    idle: `deleted past its budget after ${timeoutSeconds} s: Pod ${first?.pod ?? ''}`,
    commands: pods.map((pod) => ({ kind: 'DeletePod', pod, why })),
    asked: toGo.evict,
    requeueAt: until + 1000,
    times: { ...times, forcedDeletionStartTime: toRfc3339(forcedDeletionStartTime) },
  });
}

function timedOut(input: DrainInput, left: PodsToGo, times: Times): DrainDecision {
  const held = obstacles(left, input.answers, input.before);
  const found = held.length > 0 ? held : stillThere([...left.ending, ...left.evict]);
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
  /** How many Pods are left, where something holds it up. */
  readonly left?: number;
  readonly times: Times;
  /** When it is looked at again although nothing changes. */
  readonly requeueAt: Instant;
  /** What is said when nothing holds it up. */
  readonly idle?: string;
  readonly commands?: readonly Command[];
  /** Pods that the API server was asked for, or is to be asked for again. */
  readonly asked?: readonly PodFact[];
}

function draining(
  input: DrainInput,
  { found, left = 1, times, idle = '', commands = [], asked = [], requeueAt }: Progress,
): DrainDecision {
  const { before, now, answers } = input;
  const shown = chooseObstacle(found, before);
  const held = obstacleRecord(shown, before, now);
  const message = shown === undefined ? idle : `since ${held.blockedSinceTime ?? ''}: ${shown.why}${andMore(left)}`;
  const looks = asked.map((pod) => now + Math.max(answers.get(pod.uid)?.askAgainMs ?? 0, ANSWER_MS));
  return {
    kind: 'Draining',
    commands,
    record: { ...held, ...times },
    message,
    requeueAt: Math.min(requeueAt, ...looks),
  };
}
