import type { AgentWorld } from './agent-world.ts';
import type { SendTry } from './receivers.ts';

/** What may come between a delivery and its receipt, so that a receiver gets the notification once more. */
export const CAUSES = [
  'killed while it sent',
  'killed before the receipt',
  'stood still',
  'no answer in time',
  'stopped while it sent',
  'cut off from the API server',
] as const;

/** An agent that is to stop lets a send go on at least so long (ms). */
const SEND_GRACE_MS = 10_000;

/** A notification that a receiver got once more. */
export interface Repetition {
  /** Undefined when nothing explains it. */
  readonly cause: (typeof CAUSES)[number] | undefined;
  /** The delivery before, and the repetition. */
  readonly tries: readonly string[];
}

/** All repetitions of a run, each with the fault that came between the delivery before and its receipt. */
export function repetitionsIn({ receivers, receiptTimes }: AgentWorld): readonly Repetition[] {
  const taken = receivers.tries.filter(({ takenAt, notification }) => takenAt !== undefined && notification.kind !== 'Progress');
  const same = Map.groupBy(taken, ({ sink, notification }) => `${notification.id} ${sink}`);
  return [...same].flatMap(([message, tries]) =>
    tries.slice(1).map((again, index): Repetition => {
      const before = tries[index] ?? again;
      const cause = causeOf(before, again, receiptTimes.get(message) ?? Infinity);
      return { cause, tries: [before, again].map((each) => `${message}: ${describeTry(each)}`) };
    }),
  );
}

function causeOf(before: SendTry, again: SendTry, receiptAt: number): Repetition['cause'] {
  const { beganAt } = again;
  // It could have known, but for what happened to itself.
  if (receiptAt <= beganAt) return again.agent.process.stoodStill(receiptAt, beganAt) ? 'stood still' : undefined;
  const { process } = before.agent;
  const { killedAt = Infinity } = process;
  if (killedAt <= beganAt) return killedAt < (before.takenAt ?? 0) ? 'killed while it sent' : 'killed before the receipt';
  if (process.stoodStill(before.beganAt, beganAt)) return 'stood still';
  if (before.end === 'TimedOut') return 'no answer in time';
  if (wasCutLate(before)) return 'stopped while it sent';
  return couldNotTell(before, beganAt) ? 'cut off from the API server' : undefined;
}

/** Whether the try still had no answer when an agent that was to stop could wait no more. */
function wasCutLate({ agent: { stoppedAt = Infinity }, end, endedAt = 0 }: SendTry): boolean {
  return end === 'Cut' && endedAt >= stoppedAt + SEND_GRACE_MS;
}

/** Whether the receipt could not be written until an agent that was to stop could wait no more. */
function couldNotTell({ agent: { stoppedAt, failedCalls }, end, endedAt = 0 }: SendTry, until: number): boolean {
  const failed = failedCalls.filter((at) => at >= endedAt && at <= until);
  return end === 'Answered' && stoppedAt !== undefined && failed.length > 1;
}

function describeTry({ agent, beganAt, takenAt, end, endedAt }: SendTry): string {
  return `${agent.node} begins at ${beganAt}, taken at ${takenAt}, ${end} at ${endedAt}`;
}
