import { CONDITIONS } from '../../api/conditions.ts';
import type { NodeRecord, UpgradeBatch } from '../../api/generated/upgradebatch.ts';
import { findCondition, isTrue } from '../../core/condition.ts';
import { longDuration, secondsBetween } from '../../core/duration.ts';
import { listNodeNames } from '../../core/notification/model/node-names.ts';
import { counted } from '../../core/text.ts';
import type { Happening } from './simulation-event.ts';

const MAX_NAMES = 60;
/** Reasons for which a batch is not notified yet, without anything being wrong. */
const UNTROUBLED: ReadonlySet<string> = new Set(['NotSettled', 'Pending', 'NoSinks', 'Delivered']);

/** What happened in a batch between two of its versions; `before` is undefined for a new batch. */
export function batchEvents(before: UpgradeBatch | undefined, now: UpgradeBatch): readonly Happening[] {
  const of = { plan: now.spec.plan, batch: now.metadata.name };
  const names = now.spec.nodes.map(({ name }) => name);
  const rollback = now.spec.rollback === undefined ? '' : `, rolls back ${now.spec.rollback.batch}`;
  const begins = `begins: ${counted(names.length, 'node')}${rollback}: ${listNodeNames(names, MAX_NAMES)}`;
  return [
    ...(before === undefined ? [{ kind: 'batch', text: begins, ...of } as const] : []),
    ...approval(before, now).map((text) => ({ kind: 'action', text, ...of }) as const),
    ...recordEvents(before, now).map((event) => ({ ...event, ...of })),
    ...settled(before, now).map((text) => ({ kind: 'batch', text, ...of }) as const),
    ...undelivered(before, now).map((text) => ({ kind: 'notify', text, ...of }) as const),
  ];
}

function approval(before: UpgradeBatch | undefined, { status }: UpgradeBatch): readonly string[] {
  const { approved } = status ?? {};
  if (approved === undefined || before?.status?.approved?.action === approved.action) return [];
  const by = approved.requestedBy === undefined ? '' : ` by ${approved.requestedBy}`;
  return [`is approved${by} (${approved.action})`];
}

function recordEvents(
  before: UpgradeBatch | undefined,
  { status }: UpgradeBatch,
): readonly Pick<Happening, 'kind' | 'text' | 'node'>[] {
  const earlier = new Map(before?.status?.nodes?.map((record) => [record.name, record]));
  return (status?.nodes ?? []).flatMap((record) =>
    recordTexts(earlier.get(record.name), record).map((text) => ({ kind: 'node', text, node: record.name }) as const),
  );
}

/** What happened to a node. The steps of its turn are left out, as they would hide the rest. */
function recordTexts(before: NodeRecord | undefined, record: NodeRecord): readonly string[] {
  const overdue = record.overdue === true && before?.overdue !== true ? [`is overdue${becauseOf(record)}`] : [];
  const text = before?.state === record.state ? undefined : outcomeText(record);
  const retried = attempts(record) > Math.max(1, attempts(before)) ? [`starts attempt ${attempts(record)}`] : [];
  return [...overdue, ...retried, ...(text === undefined ? [] : [text])];
}

function outcomeText(record: NodeRecord): string | undefined {
  const seconds = secondsBetween(record.startTime, record.endTime);
  const took = seconds === undefined ? '' : ` in ${longDuration(seconds)}`;
  switch (record.state) {
    case 'Succeeded':
      return `is upgraded${took}`;
    case 'RolledBack':
      return `is rolled back${took}`;
    case 'Failed':
      return `failed${becauseOf(record)}${record.quarantined === true ? '; quarantined' : ''}`;
    case 'Skipped':
      return `is skipped${becauseOf(record)}`;
    default:
      return undefined;
  }
}

function becauseOf({ reason = '', message = '' }: NodeRecord): string {
  const parts = [reason, message].filter((part) => part !== '');
  return parts.length === 0 ? '' : ` (${parts.join(': ')})`;
}

function attempts(record: NodeRecord | undefined): number {
  return Math.max(0, ...(record?.processes ?? []).map(({ attempt = 1 }) => attempt));
}

function settled(before: UpgradeBatch | undefined, now: UpgradeBatch): readonly string[] {
  if (!isTrue(now.status?.conditions, CONDITIONS.settled) || isTrue(before?.status?.conditions, CONDITIONS.settled)) return [];
  const { summary = {}, startTime, settledTime } = now.status ?? {};
  const counts = [
    [summary.succeeded, 'succeeded'],
    [summary.rolledBack, 'rolled back'],
    [summary.failed, 'failed'],
    [summary.skipped, 'skipped'],
    [summary.notAttempted, 'not attempted'],
  ] as const;
  const shown = counts.flatMap(([count = 0, what]) => (count === 0 ? [] : [`${count} ${what}`]));
  const seconds = secondsBetween(startTime, settledTime);
  return [`ends${seconds === undefined ? '' : ` after ${longDuration(seconds)}`}: ${shown.join(', ')}`];
}

function undelivered(before: UpgradeBatch | undefined, now: UpgradeBatch): readonly string[] {
  const notified = findCondition(now.status?.conditions, CONDITIONS.notified);
  if (notified === undefined || notified.status === 'True' || UNTROUBLED.has(notified.reason)) return [];
  if (findCondition(before?.status?.conditions, CONDITIONS.notified)?.reason === notified.reason) return [];
  return [`is not notified (${notified.reason}): ${notified.message}`];
}
