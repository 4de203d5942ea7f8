import { awaitsApproval } from '../model/plan-reasons.ts';
import type { ClockText } from './clock-text.ts';
import type { NotificationData } from './facts-text.ts';
import { prose } from './text-line.ts';

/** The first line: where, what, which batch, and whether to act. Many readers see nothing else. */
export function headlineText(data: NotificationData, clock: ClockText): string {
  const { outcome, action, cluster, plan, batch, next } = data;
  const done = next?.kind === 'Done';
  const emoji = done ? '🏁' : moodOf({ outcome, action, batch });
  const parts = [
    ...(cluster === undefined ? [] : [cluster]),
    `${plan.name} ${plan.version}`,
    ...batchTexts(data, done),
    ...stateTexts(data, clock),
    action === 'Act' ? 'ACT' : 'no action',
  ];
  return prose(`${emoji} ${parts.join(' · ')}`);
}

/** A batch that succeeded and waits for a person, as planned, is not an alarm. */
function moodOf({ outcome, action, batch }: Pick<NotificationData, 'outcome' | 'action' | 'batch'>): string {
  if (outcome !== 'Succeeded') return action === 'Act' ? '🔴' : '🟡';
  if (action === 'Act') return '🟡';
  return batch.rollbackOf === undefined ? '✅' : '↩️';
}

/** The batch; for a rollback first what was rolled back: the batch or, at the end, the revision. */
function batchTexts({ batch, outcome, story }: NotificationData, done: boolean): string[] {
  const own = `batch ${batch.index}`;
  if (batch.rollbackOf !== undefined) {
    return [`${outcome === 'Succeeded' ? 'ROLLED BACK' : 'ROLLBACK of'} ${story?.rollback?.of ?? batch.rollbackOf}`, own];
  }
  const of = batch.of === undefined ? '' : ` of ${done ? '' : 'about '}${batch.of}`;
  return [`${own}${batch.step === undefined ? '' : ` (${batch.step})`}${of}`];
}

function stateTexts({ next, batch, progress, settledTime }: NotificationData, clock: ClockText): string[] {
  const time = clock.time(settledTime);
  const at = time === undefined ? '' : ` ${time} ${clock.zone}`;
  switch (next?.kind) {
    case 'Done': {
      const nodes = progress === undefined ? '' : ` ${progress.succeeded}/${progress.nodes}`;
      return [`ENDED${nodes}`];
    }
    case 'Paused':
      return [awaitsApproval(next.reason) ? 'WAITS FOR APPROVAL' : `PAUSED${at}`];
    case 'Aborted':
      return [`ABORTED${at}`];
    case 'RollingBack':
      return batch.rollbackOf === undefined ? ['ROLLING BACK'] : [];
    case 'RolledBack':
      return ['ENDED'];
    case 'Deleted':
      return ['PLAN DELETED'];
    default:
      return [];
  }
}
