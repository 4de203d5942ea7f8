import { byteLength, counted, cutToBytes } from '../../text.ts';
import { clockText } from './clock-text.ts';
import type { Notification, NotifiedCommand } from '../model/notification.ts';
import type { NotifiedAlertCause } from '../model/notified-alert.ts';
import { oneLine } from './text-line.ts';

/** An alert has at most this many lines. */
const MOST_LINES = 8;
/** A line of prose is cut here (bytes); commands are never cut. */
const LINE_BYTES = 400;
/** How many of the acts to type are shown; the data has all of them. */
const MOST_ACTS = 2;

type Told = Omit<Notification, 'text'>;

const WORDS: Readonly<Record<NotifiedAlertCause['alert'], string>> = {
  NodeFailed: 'failed',
  NodeOverdue: 'overdue',
  RolloutPaused: 'PAUSED',
  RolloutStalled: 'STALLED',
  ApprovalRequired: 'APPROVAL NEEDED',
};

/** What introduces a command in an alert. Commands without an introduction are not shown; an alert without commands shows Describe. */
const INTROS: Readonly<Record<NotifiedCommand['purpose'], string | undefined>> = {
  Release: 'After repair:',
  Resume: 'Go on:',
  Approve: 'Approve:',
  Rollback: undefined,
  Retry: undefined,
  Abort: undefined,
  DisruptionBudget: undefined,
  Describe: undefined,
  Events: undefined,
  Status: undefined,
};

/** An alert for people: what happened where, whether to act, what follows, and what to type. */
export function renderAlert(notification: Told): string {
  const { alert, commands, runbookUrl } = notification;
  const acts = commands.filter(({ purpose }) => INTROS[purpose] !== undefined).slice(0, MOST_ACTS);
  const look = commands.find(({ purpose }) => purpose === 'Describe');
  const typed = [...acts, ...(acts.length === 0 && look !== undefined ? [look] : [])];
  const ending = [
    ...typed.map(({ purpose, command }) => `${INTROS[purpose] ?? 'Look:'} ${command}`),
    ...(runbookUrl === undefined ? [] : [`Runbook: ${runbookUrl}`]),
    footer(notification),
  ];
  const all = alert?.causes ?? [];
  const room = MOST_LINES - 1 - ending.length;
  // How far the batch is may wait for its final message, what happened may not.
  const next = all.length < room ? [prose(`Next: ${alert?.next ?? ''}`)] : [];
  const causes = causeLines(all, room - next.length);
  return [headline(notification), ...causes, ...next, ...ending].join('\n');
}

function headline({ cluster, plan, batch, action, alert }: Told): string {
  const parts = [
    ...(cluster === undefined ? [] : [cluster]),
    `${plan.name} ${plan.version}`,
    `batch ${batch.index}${batch.step === undefined ? '' : ` (${batch.step})`}`,
    ...what(alert?.causes ?? []),
    action === 'Act' ? 'ACT' : 'no action yet',
  ];
  return prose(`${action === 'Act' ? '🔴' : '🟡'} ${parts.join(' · ')}`);
}

/** What happened in few words: `2 nodes failed`, `PAUSED`. */
function what(causes: readonly NotifiedAlertCause[]): readonly string[] {
  return [...Map.groupBy(causes, ({ alert }) => alert)].map(([alert, group]) => {
    const count = group.reduce((sum, cause) => sum + cause.count, 0);
    return count === 0 ? WORDS[alert] : `${counted(count, 'node')} ${WORDS[alert]}`;
  });
}

function causeLines(causes: readonly NotifiedAlertCause[], room: number): readonly string[] {
  if (causes.length <= room) return causes.map(causeLine);
  const told = causes.slice(0, room - 1);
  const rest = causes.slice(told.length);
  const nodes = rest.reduce((sum, cause) => sum + cause.count, 0);
  return [...told.map(causeLine), `and ${counted(rest.length, 'more cause')}: ${counted(nodes, 'node')}`];
}

function causeLine({ alert, reason, process, message, count, nodes, quarantined }: NotifiedAlertCause): string {
  const why = message === undefined ? '' : `: ${message}`;
  if (count === 0) return prose(`${reason ?? alert}${why}`);
  const where = process === undefined ? '' : ` (${process})`;
  const names = nodes === undefined ? '' : ` · ${nodes}`;
  const overdue = alert === 'NodeOverdue' ? 'overdue, ' : '';
  return prose(`${count}× ${overdue}${reason ?? alert}${where}${why}`, `${names}${quarantined === true ? ' · QUARANTINED' : ''}`);
}

function footer({ alert, plan, agent, timeZone }: Told): string {
  const clock = clockText(timeZone, alert?.time);
  const raised = clock.date(alert?.time);
  const time = raised === undefined ? [] : [`alert of ${raised} ${clock.zone}`];
  const speaker = agent.node === undefined ? [] : [`agent ${agent.node}`];
  return [...time, `rev ${plan.revision.slice(0, 4)}`, ...speaker].join(' · ');
}

/** One line; when it is too long, what comes before `ending` is cut. */
function prose(text: string, ending = ''): string {
  const last = cutToBytes(oneLine(ending), LINE_BYTES / 2);
  return `${cutToBytes(oneLine(text), LINE_BYTES - byteLength(last))}${last === '' ? '' : ` ${last}`}`;
}
