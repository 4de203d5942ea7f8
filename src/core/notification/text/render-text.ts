import { planReasonTraits } from '../model/plan-reasons.ts';
import { causeText, listCauses } from './cause-text.ts';
import { clockText, type ClockText } from './clock-text.ts';
import {
  countsText,
  lateText,
  movesText,
  processesText,
  durationsText,
  unavailableText,
  upgradedText,
  type OptionalLine,
  type NotificationData,
} from './facts-text.ts';
import { headlineText } from './headline-text.ts';
import { nextText, silenceText } from './next-text.ts';
import type { NotifiedCommand } from '../model/notification.ts';
import { storyTexts } from './story-text.ts';
import { prose } from './text-line.ts';

/** Maximum number of lines in a message. */
const MAX_LINES = 12;
/** Maximum number of lines for the causes of the last batch at the end of a rollout, whose story has the failures of all batches. */
const MAX_LAST_CAUSES = 2;

/**
 * The text of a notification: what happened, why, what follows and which commands to use. Lines without data are omitted, and those with
 * the lowest rank if there are too many.
 *
 * @param named upgraded nodes that the plan or the sink wants to be named.
 */
export function renderText(data: NotificationData, named: ReadonlySet<string>): string {
  const clock = clockText(data.timeZone, data.settledTime);
  const story = storyTexts(data, clock);
  const silence = silenceText(data, clock);
  const actions = [nextText(data, clock), silence, ...actionTexts(data)].filter((line) => line !== undefined);
  const ending = [...lookTexts(data, silence), ...runbookTexts(data), footerText(data, clock)];
  const beginning = [headlineText(data, clock), countsText(data)];
  let room = MAX_LINES - beginning.length - actions.length - ending.length;
  const causes = listCauses(data.causes, story.length === 0 ? room : MAX_LAST_CAUSES, causeText);
  room -= causes.length;
  const stop = room > 0 ? stopTexts(data) : [];
  room -= stop.length;
  const facts = keepByRank(story.length === 0 ? factTexts(data, named) : story, room);
  const later = room > facts.length ? laterTexts(data) : [];
  return [...beginning, ...facts, ...causes, ...later, ...actions, ...stop, ...ending].join('\n');
}

function factTexts(data: NotificationData, named: ReadonlySet<string>): readonly OptionalLine[] {
  return [
    { rank: 3, text: movesText(data) },
    { rank: 2, text: processesText(data) },
    { rank: 1, text: unavailableText(data) },
    { rank: 5, text: durationsText(data) },
    { rank: 4, text: lateText(data) },
    { rank: 6, text: upgradedText(data, named) },
  ];
}

/** The lines that fit, by rank, in their order. */
function keepByRank(lines: readonly OptionalLine[], room: number): string[] {
  const present = lines.flatMap(({ rank, text }) => (text === undefined ? [] : [{ rank, text }]));
  const ranks = present.map(({ rank }) => rank).toSorted((a, b) => a - b);
  const worst = ranks[room - 1] ?? (room <= 0 ? 0 : Infinity);
  return present.filter(({ rank }) => rank <= worst).map(({ text }) => text);
}

/** How to retry failed nodes that are in service, and can wait. */
function laterTexts(data: NotificationData): string[] {
  const retry = data.commands.find(({ purpose }) => purpose === 'Retry');
  return retry === undefined || mustAct(data)
    ? []
    : [`When you like, put ${failedText(data)} into a later batch: ${retry.command}`];
}

/** Whether failed nodes need action now: they are out of service, the plan is paused, or the rollout has ended. */
function mustAct({ batch, counts, next, progress, story }: NotificationData): boolean {
  if (next?.kind === 'RollingBack' && batch.rollbackOf === undefined) return false;
  const left = next?.kind === 'Done' && counts.failed + (progress?.failed ?? 0) > 0;
  return counts.quarantined + (story?.quarantined ?? 0) > 0 || stoppedByFailures(next) || left;
}

/** Whether failures have stopped the plan. */
function stoppedByFailures(next: NotificationData['next']): boolean {
  return planReasonTraits(next?.reason).pause?.cause === 'Failures';
}

function failedText({ counts, next, progress }: NotificationData): string {
  const failed = next?.kind === 'Done' && progress !== undefined ? progress.failed : counts.failed;
  return failed === 1 ? 'it' : `the ${failed}`;
}

/** The commands to continue: first those for failed nodes, unless these can wait, then those for the plan. */
function actionTexts(data: NotificationData): string[] {
  const { commands } = data;
  const find = (purpose: NotifiedCommand['purpose']): string | undefined =>
    commands.find((each) => each.purpose === purpose)?.command;
  const texts: string[] = [];
  const add = (intro: string, command: string | undefined): boolean => {
    if (command !== undefined) texts.push(`${intro}: ${command}`);
    return command !== undefined;
  };
  add('Roll back', find('Rollback'));
  if (mustAct(data)) {
    const retry = add(`After repair, put ${failedText(data)} into a later batch`, find('Retry'));
    if (!retry) add('After repair', find('Release'));
  }
  add(`Go on${leewayText(data)}`, find('Resume'));
  add('Approve', find('Approve'));
  return texts;
}

/** How many nodes may fail after a Resume. */
function leewayText({ next, progress }: NotificationData): string {
  if (!stoppedByFailures(next) || progress?.maxFailed === undefined) return '';
  return progress.maxFailed === 0 ? ' (until the next failure)' : ` (${progress.maxFailed} more may fail)`;
}

/** How to abort after too many failures, which is the last resort. */
function stopTexts({ commands, next }: NotificationData): string[] {
  const abort = stoppedByFailures(next) ? commands.find(({ purpose }) => purpose === 'Abort') : undefined;
  return abort === undefined ? [] : [`Stop for good: ${abort.command}`];
}

/** The plan's runbook, if there is trouble. */
function runbookTexts({ runbookUrl, action, outcome }: NotificationData): string[] {
  const troubled = action === 'Act' || outcome === 'Failed';
  return runbookUrl === undefined || !troubled ? [] : [`Runbook: ${runbookUrl}`];
}

/** Which command shows more, unless a line above has one and no node failed. */
function lookTexts({ commands, counts }: NotificationData, silence: string | undefined): string[] {
  if (silence !== undefined && counts.failed === 0) return [];
  const find = (wanted: NotifiedCommand['purpose']): NotifiedCommand | undefined =>
    commands.find(({ purpose }) => purpose === wanted);
  const look = find('DisruptionBudget') ?? find('Events') ?? find('Describe');
  return look === undefined ? [] : [`Look: ${look.command}`];
}

function footerText({ plan, agent, settledTime }: NotificationData, clock: ClockText): string {
  const settled = clock.date(settledTime);
  const time = settled === undefined ? [] : [`settled ${settled} ${clock.zone}`];
  // Shortened as in the names of batches. The JSON has the whole revision.
  const rev = `rev ${plan.revision.slice(0, 4)}`;
  return prose([...time, rev, ...(agent.node === undefined ? [] : [`agent ${agent.node}`])].join(' · '));
}
