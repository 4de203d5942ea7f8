import { awaitsApproval, planReasonTraits } from '../model/plan-reasons.ts';
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

/** What follows, and when. */
export function nextText({ next, progress }: Told, clock: ClockText): string | undefined {
  if (next === undefined || next.message === '') return undefined;
  // The first line has said it.
  if (next.kind === 'Done' && progress !== undefined) return undefined;
  const told = next.time === undefined ? undefined : planReasonTraits(next.reason).timedWaitName;
  const what = told ?? next.message;
  const intro = awaitsApproval(next.reason) ? 'Next' : INTROS[next.kind];
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
