import { PLAN_REASONS } from '../../../api/conditions.ts';
import { counted } from '../../text.ts';
import type { NextStep } from '../model/notified-rollout.ts';
import type { ClockText } from './clock-text.ts';
import type { Told } from './facts-text.ts';
import { joined, prose } from './text-line.ts';

const INTROS = {
  NextBatch: 'Next',
  Waiting: 'Waiting',
  Paused: 'Paused',
  Aborted: 'Aborted',
  RollingBack: 'Next',
  RolledBack: 'Ended',
  Done: 'Ended',
  Deleted: 'Next',
} as const;

/** Waits of which the time says more than their sentence. */
const TIMED: ReadonlyMap<string | undefined, string> = new Map<string | undefined, string>([
  [PLAN_REASONS.Soaking, 'soak'],
  [PLAN_REASONS.WindowClosed, 'window closed'],
  [PLAN_REASONS.GateClosed, 'gate not open for long enough yet'],
]);

/** What follows, and when. */
export function nextText({ next, progress }: Told, clock: ClockText): string | undefined {
  if (next === undefined || next.message === '') return undefined;
  // The first line has said it.
  if (next.kind === 'Done' && progress !== undefined) return undefined;
  const told = next.time === undefined ? undefined : TIMED.get(next.reason);
  const what = told ?? next.message;
  const intro = next.reason === PLAN_REASONS.ApprovalRequired ? 'Next' : INTROS[next.kind];
  return joined(
    [`${intro}: ${what}${whenText(next, told !== undefined || next.kind === 'Waiting', clock)}`, endText(next, clock)],
    '; ',
  );
}

/** When the batch to come may begin; it is named where the sentence before was about a wait. */
function whenText({ batch, nodes, time, openUntilTime, opensTime, gates }: NextStep, waits: boolean, clock: ClockText): string {
  const start = clock.time(time);
  const opens = clock.time(opensTime);
  const until = clock.time(openUntilTime);
  const named = batch === undefined ? '' : `; then batch ${batch}${nodes === undefined ? '' : `, ${counted(nodes, 'node')}`}`;
  const told = [
    start === undefined ? '' : `${waits ? named : ''}, from ${start} ${clock.zone}`,
    opens === undefined ? '' : `, not before ${opens} ${clock.zone}`,
    gates === 'Open' ? '; gates open' : '',
    until === undefined ? '' : `; window till ${until}${start === undefined ? ` ${clock.zone}` : ''}`,
  ];
  return told.join('');
}

function endText({ estimatedEndTime }: NextStep, clock: ClockText): string | undefined {
  const end = clock.time(estimatedEndTime);
  return end === undefined ? undefined : `plan done about ${end}`;
}

/** Until when the next word is to be expected, and what to look at when none comes. */
export function wordText({ next, plan }: Told, clock: ClockText): string | undefined {
  const time = clock.time(next?.wordTime);
  if (time === undefined) return undefined;
  return prose(`Nothing from me by ${time} ${clock.zone}? kubectl get uplan ${plan.name} -n ${plan.namespace}`);
}
