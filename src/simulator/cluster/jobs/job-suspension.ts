import type { EventText } from '../state/event-recorder.ts';
import { timestamp } from '../state/objects.ts';
import { jobCondition, type JobStatus } from './job-status.ts';

/** The status of a Job that has just been suspended or resumed, and what to say about it; undefined when neither has happened. */
export function suspension(
  status: JobStatus,
  suspended: boolean,
  now: number,
): { readonly status: JobStatus; readonly event: EventText } | undefined {
  const index = status.conditions.findIndex(({ type }) => type === 'Suspended');
  const before = status.conditions[index]?.['status'] ?? 'False';
  if (before === (suspended ? 'True' : 'False')) return undefined;
  const event = suspended ? { reason: 'Suspended', message: 'Job suspended' } : { reason: 'Resumed', message: 'Job resumed' };
  const text = { ...event, reason: `Job${event.reason}` };
  const condition = jobCondition('Suspended', text, now, suspended ? 'True' : 'False');
  const conditions = index === -1 ? [...status.conditions, condition] : status.conditions.with(index, condition);
  // The deadline counts from the start, which is the latest resumption.
  return { status: { ...status, conditions, startTime: suspended ? undefined : timestamp(now) }, event };
}
