import { awaitsApproval } from '../model/plan-reasons.ts';
import type { ClockText } from './clock-text.ts';
import type { Told } from './facts-text.ts';
import { prose } from './text-line.ts';

/** The first line says where, what, which batch, and whether to act, because that is all that many readers see. */
export function headlineText(told: Told, clock: ClockText): string {
  const { outcome, action, cluster, plan, batch, next } = told;
  const done = next?.kind === 'Done';
  const emoji = done ? '🏁' : moodOf({ outcome, action, batch });
  const parts = [
    ...(cluster === undefined ? [] : [cluster]),
    `${plan.name} ${plan.version}`,
    ...batchTexts(told, done),
    ...stateTexts(told, clock),
    action === 'Act' ? 'ACT' : 'no action',
  ];
  return prose(`${emoji} ${parts.join(' · ')}`);
}

/** A batch that went well and waits for a person, as planned, is no alarm. */
function moodOf({ outcome, action, batch }: Pick<Told, 'outcome' | 'action' | 'batch'>): string {
  if (outcome !== 'Succeeded') return action === 'Act' ? '🔴' : '🟡';
  if (action === 'Act') return '🟡';
  return batch.rollbackOf === undefined ? '✅' : '↩️';
}

/** Which batch it is; of a rollback first what was taken back: in the end all of it. */
function batchTexts({ batch, outcome, story }: Told, done: boolean): string[] {
  const own = `batch ${batch.index}`;
  if (batch.rollbackOf !== undefined) {
    return [`${outcome === 'Succeeded' ? 'ROLLED BACK' : 'ROLLBACK of'} ${story?.rollback?.of ?? batch.rollbackOf}`, own];
  }
  const of = batch.of === undefined ? '' : ` of ${done ? '' : 'about '}${batch.of}`;
  return [`${own}${batch.step === undefined ? '' : ` (${batch.step})`}${of}`];
}

function stateTexts({ next, batch, progress, settledTime }: Told, clock: ClockText): string[] {
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
