import { PLAN_REASONS } from '../../api/conditions.ts';
import type { ClockText } from './clock-text.ts';
import type { Told } from './facts-text.ts';
import { prose } from './text-line.ts';

/** The first line says where, what, which batch, and whether to act, because that is all that many readers see. */
export function headlineText(told: Told, clock: ClockText): string {
  const { outcome, action, cluster, plan, batch, next } = told;
  const done = next?.kind === 'Done';
  // A batch that went well and waits for a person, as planned, is no alarm.
  const mood = outcome === 'Succeeded' ? (action === 'Act' ? '🟡' : '✅') : action === 'Act' ? '🔴' : '🟡';
  const emoji = done ? '🏁' : mood;
  const of = batch.of === undefined ? '' : ` of ${done ? '' : 'about '}${batch.of}`;
  const parts = [
    ...(cluster === undefined ? [] : [cluster]),
    `${plan.name} ${plan.version}`,
    `batch ${batch.index}${batch.step === undefined ? '' : ` (${batch.step})`}${of}`,
    ...stateTexts(told, clock),
    action === 'Act' ? 'ACT' : 'no action',
  ];
  return prose(`${emoji} ${parts.join(' · ')}`);
}

function stateTexts({ next, progress, settledTime }: Told, clock: ClockText): string[] {
  const time = clock.time(settledTime);
  const at = time === undefined ? '' : ` ${time} ${clock.zone}`;
  switch (next?.kind) {
    case 'Done': {
      const nodes = progress === undefined ? '' : ` ${progress.succeeded}/${progress.nodes}`;
      return [`ENDED${nodes}`];
    }
    case 'Paused':
      return [next.reason === PLAN_REASONS.ApprovalRequired ? 'WAITS FOR APPROVAL' : `PAUSED${at}`];
    case 'Aborted':
      return [`ABORTED${at}`];
    case 'Deleted':
      return ['PLAN DELETED'];
    default:
      return [];
  }
}
