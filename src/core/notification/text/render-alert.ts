import { byteLength, counted, cutToBytes } from '../../text.ts';
import { listCauses } from './cause-text.ts';
import { clockText } from './clock-text.ts';
import type { NotificationData } from './facts-text.ts';
import type { NotifiedCommand } from '../model/notification.ts';
import type { NotifiedAlertCause } from '../model/notified-alert.ts';
import { oneLine } from './text-line.ts';

/** Maximum number of lines in an alert. */
const MAX_LINES = 8;
/** Maximum size of a line of prose (bytes). Commands are never cut. */
const MAX_LINE_BYTES = 400;
/** Maximum number of commands for actions in the text. The data has all of them. */
const MAX_COMMANDS = 2;

const ALERT_NAMES: Readonly<Record<NotifiedAlertCause['alert'], string>> = {
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

/** The text of an alert: what happened where, whether to act, what follows, and which commands to use. */
export function renderAlert(notification: NotificationData): string {
  const { alert, commands, runbookUrl } = notification;
  const actions = commands.filter(({ purpose }) => INTROS[purpose] !== undefined).slice(0, MAX_COMMANDS);
  const look = commands.find(({ purpose }) => purpose === 'Describe');
  const shown = [...actions, ...(actions.length === 0 && look !== undefined ? [look] : [])];
  const ending = [
    ...shown.map(({ purpose, command }) => `${INTROS[purpose] ?? 'Look:'} ${command}`),
    ...(runbookUrl === undefined ? [] : [`Runbook: ${runbookUrl}`]),
    footer(notification),
  ];
  const all = alert?.causes ?? [];
  const room = MAX_LINES - 1 - ending.length;
  // The causes are more important than the progress, which the final message has as well.
  const next = all.length < room ? [prose(`Next: ${alert?.next ?? ''}`)] : [];
  const causes = listCauses(all, room - next.length, causeLine);
  return [headline(notification), ...causes, ...next, ...ending].join('\n');
}

function headline({ cluster, plan, batch, action, alert }: NotificationData): string {
  const parts = [
    ...(cluster === undefined ? [] : [cluster]),
    `${plan.name} ${plan.version}`,
    `batch ${batch.index}${batch.step === undefined ? '' : ` (${batch.step})`}`,
    ...what(alert?.causes ?? []),
    action === 'Act' ? 'ACT' : 'no action yet',
  ];
  return prose(`${action === 'Act' ? '🔴' : '🟡'} ${parts.join(' · ')}`);
}

/** A summary of what happened: `2 nodes failed`, `PAUSED`. */
function what(causes: readonly NotifiedAlertCause[]): readonly string[] {
  return [...Map.groupBy(causes, ({ alert }) => alert)].map(([alert, group]) => {
    const count = group.reduce((sum, cause) => sum + cause.count, 0);
    return count === 0 ? ALERT_NAMES[alert] : `${counted(count, 'node')} ${ALERT_NAMES[alert]}`;
  });
}

function causeLine({ alert, reason, process, message, count, nodes, quarantined }: NotifiedAlertCause): string {
  const why = message === undefined ? '' : `: ${message}`;
  if (count === 0) return prose(`${reason ?? alert}${why}`);
  const where = process === undefined ? '' : ` (${process})`;
  const names = nodes === undefined ? '' : ` · ${nodes}`;
  const overdue = alert === 'NodeOverdue' ? 'overdue, ' : '';
  return prose(`${count}× ${overdue}${reason ?? alert}${where}${why}`, `${names}${quarantined === true ? ' · QUARANTINED' : ''}`);
}

function footer({ alert, plan, agent, timeZone }: NotificationData): string {
  const clock = clockText(timeZone, alert?.time);
  const raised = clock.date(alert?.time);
  const time = raised === undefined ? [] : [`alert of ${raised} ${clock.zone}`];
  const speaker = agent.node === undefined ? [] : [`agent ${agent.node}`];
  return [...time, `rev ${plan.revision.slice(0, 4)}`, ...speaker].join(' · ');
}

/** One line. If it is too long, the part before `ending` is cut. */
function prose(text: string, ending = ''): string {
  const last = cutToBytes(oneLine(ending), MAX_LINE_BYTES / 2);
  return `${cutToBytes(oneLine(text), MAX_LINE_BYTES - byteLength(last))}${last === '' ? '' : ` ${last}`}`;
}
