import type { UpgradeBatch } from '../../../api/generated/upgradebatch.ts';
import type { Instant } from '../../facts.ts';
import { counted, toRfc3339 } from '../../text.ts';
import { clockText } from '../text/clock-text.ts';
import { consolidate, type ConsolidateInput } from './consolidate.ts';
import type { Notification } from '../model/notification.ts';

/**
 * The live message, which shows the progress of a batch and is updated while the batch runs.
 *
 * @param id the id of the message.
 * @param now the time of the update.
 */
export function consolidateProgress(input: ConsolidateInput, id: string, now: Instant): Notification {
  const { text: _text, durations: _durations, story: _story, late: _late, ...base } = consolidate(input);
  return {
    ...base,
    id,
    kind: 'Progress',
    causes: [],
    nodes: [],
    text: renderProgress(base, input.batch, now),
  };
}

/** The content of the live message without its time. Nothing is sent while it is unchanged. */
export function progressKey({ status }: UpgradeBatch): string {
  const { summary } = status ?? {};
  const { succeeded = 0, rolledBack = 0, failed = 0, skipped = 0, notAttempted = 0, running = 0, overdue = 0 } = summary ?? {};
  return JSON.stringify([succeeded + rolledBack, failed, skipped, notAttempted, running, overdue]);
}

function renderProgress(
  { cluster, plan, batch, counts, timeZone, agent }: Omit<Notification, 'text'>,
  { status }: UpgradeBatch,
  now: Instant,
): string {
  const { running = 0, overdue = 0 } = status?.summary ?? {};
  const where = [...(cluster === undefined ? [] : [cluster]), `${plan.name} ${plan.version}`, `batch ${batch.index}`];
  const waiting = counts.unfinished - running;
  const done = batch.rollbackOf === undefined ? 'done' : `of ${batch.rollbackOf} back`;
  const states = [
    [running, 'in their turn'],
    [overdue, 'overdue'],
    [counts.failed, 'failed'],
    [counts.skipped, 'skipped'],
    [counts.notAttempted, 'not attempted'],
    [waiting, 'to come'],
  ] as const;
  const parts = states.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`);
  const time = toRfc3339(now);
  const clock = clockText(timeZone, time);
  const speaker = agent.node === undefined ? [] : [`agent ${agent.node}`];
  return [
    `⏳ ${where.join(' · ')} · ${counts.succeeded + (counts.rolledBack ?? 0)}/${counted(counts.nodes, 'node')} ${done}`,
    ...(parts.length === 0 ? [] : [parts.join(', ')]),
    [`as of ${clock.date(time) ?? time} ${clock.zone}`, ...speaker].join(' · '),
  ].join('\n');
}
