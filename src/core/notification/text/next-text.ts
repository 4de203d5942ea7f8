import { awaitsApproval, planReasonTraits } from '../model/plan-reasons.ts';
import { counted } from '../../text.ts';
import type { NotifiedNext } from '../model/notified-rollout.ts';
import type { ClockText } from './clock-text.ts';
import type { NotificationData } from './facts-text.ts';
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
export function nextText({ next, progress }: NotificationData, clock: ClockText): string | undefined {
  if (next === undefined || next.message === '') return undefined;
  // The first line says so already.
  if (next.kind === 'Done' && progress !== undefined) return undefined;
  const timedWait = next.time === undefined ? undefined : planReasonTraits(next.reason).timedWaitName;
  const what = timedWait ?? next.message;
  const intro = awaitsApproval(next.reason) ? 'Next' : INTROS[next.kind];
  return joined(
    [`${intro}: ${what}${whenText(next, timedWait !== undefined || next.kind === 'Waiting', clock)}`, endText(next, clock)],
    '; ',
  );
}

/** When the next batch may start. `waits`: the sentence before was about a wait, so the batch is named. */
function whenText(
  { batch, nodes, time, openUntilTime, opensTime, gates }: NotifiedNext,
  waits: boolean,
  clock: ClockText,
): string {
  const start = clock.time(time);
  const opens = clock.time(opensTime);
  const until = clock.time(openUntilTime);
  const named = batch === undefined ? '' : `; then batch ${batch}${nodes === undefined ? '' : `, ${counted(nodes, 'node')}`}`;
  const parts = [
    start === undefined ? '' : `${waits ? named : ''}, from ${start} ${clock.zone}`,
    opens === undefined ? '' : `, not before ${opens} ${clock.zone}`,
    gates === 'Open' ? '; gates open' : '',
    until === undefined ? '' : `; window till ${until}${start === undefined ? ` ${clock.zone}` : ''}`,
  ];
  return parts.join('');
}

function endText({ estimatedEndTime }: NotifiedNext, clock: ClockText): string | undefined {
  const end = clock.time(estimatedEndTime);
  return end === undefined ? undefined : `plan done about ${end}`;
}

/** When the next message is due, and which command to use if none arrives. */
export function silenceText({ next, plan }: NotificationData, clock: ClockText): string | undefined {
  const time = clock.time(next?.wordTime);
  if (time === undefined) return undefined;
  return prose(`Nothing from me by ${time} ${clock.zone}? kubectl get uplan ${plan.name} -n ${plan.namespace}`);
}
