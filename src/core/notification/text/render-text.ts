import { planReasonTraits } from '../model/plan-reasons.ts';
import { causeTexts } from './cause-text.ts';
import { clockText, type ClockText } from './clock-text.ts';
import {
  countsText,
  lateText,
  movesText,
  processesText,
  slowText,
  unavailableText,
  upgradedText,
  type Fact,
  type Told,
} from './facts-text.ts';
import { headlineText } from './headline-text.ts';
import { nextText, wordText } from './next-text.ts';
import type { NotifiedCommand } from '../model/notification.ts';
import { storyTexts } from './story-text.ts';
import { prose } from './text-line.ts';

/** A message for people has at most this many lines. */
const MOST_LINES = 12;
/** At the end of a rollout, the causes of its last batch have so many lines: the story tells the failures of all batches. */
const MOST_LAST_CAUSES = 2;

/**
 * The notification for people: what happened, why, what follows and what to type. It has only the lines for which there is data; what is
 * least needed goes first when there is too much.
 *
 * @param named nodes that went well and are to be named nevertheless.
 */
export function renderText(told: Told, named: ReadonlySet<string>): string {
  const clock = clockText(told.timeZone, told.settledTime);
  const story = storyTexts(told, clock);
  const word = wordText(told, clock);
  const doing = [nextText(told, clock), word, ...actTexts(told)].filter((line) => line !== undefined);
  const ending = [...lookTexts(told, word), ...runbookTexts(told), footerText(told, clock)];
  const beginning = [headlineText(told, clock), countsText(told)];
  let room = MOST_LINES - beginning.length - doing.length - ending.length;
  const causes = causeTexts(told.causes, story.length === 0 ? room : MOST_LAST_CAUSES);
  room -= causes.length;
  const stop = room > 0 ? stopTexts(told) : [];
  room -= stop.length;
  const facts = fitFacts(story.length === 0 ? factTexts(told, named) : story, room);
  const later = room > facts.length ? laterTexts(told) : [];
  return [...beginning, ...facts, ...causes, ...later, ...doing, ...stop, ...ending].join('\n');
}

function factTexts(told: Told, named: ReadonlySet<string>): readonly Fact[] {
  return [
    { rank: 3, text: movesText(told) },
    { rank: 2, text: processesText(told) },
    { rank: 1, text: unavailableText(told) },
    { rank: 5, text: slowText(told) },
    { rank: 4, text: lateText(told) },
    { rank: 6, text: upgradedText(told, named) },
  ];
}

/** So many of the facts as fit, the most needed ones, in their order. */
function fitFacts(facts: readonly Fact[], room: number): string[] {
  const there = facts.flatMap(({ rank, text }) => (text === undefined ? [] : [{ rank, text }]));
  const ranks = there.map(({ rank }) => rank).toSorted((a, b) => a - b);
  const worst = ranks[room - 1] ?? (room <= 0 ? 0 : Infinity);
  return there.filter(({ rank }) => rank <= worst).map(({ text }) => text);
}

/** Nodes that failed and are in service may wait; how they are tried again is told nevertheless. */
function laterTexts(told: Told): string[] {
  const retry = told.commands.find(({ purpose }) => purpose === 'Retry');
  return retry === undefined || mustAct(told)
    ? []
    : [`When you like, put ${failedText(told)} into a later batch: ${retry.command}`];
}

/** Whether nodes that failed have to be dealt with now: they are out of service, or nothing goes on, or nothing comes any more. */
function mustAct({ batch, counts, next, progress, story }: Told): boolean {
  if (next?.kind === 'RollingBack' && batch.rollbackOf === undefined) return false;
  const left = next?.kind === 'Done' && counts.failed + (progress?.failed ?? 0) > 0;
  return counts.quarantined + (story?.quarantined ?? 0) > 0 || stopped(next) || left;
}

/** Whether failures have stopped the plan. */
function stopped(next: Told['next']): boolean {
  return planReasonTraits(next?.reason).pause?.cause === 'Failures';
}

function failedText({ counts, next, progress }: Told): string {
  const failed = next?.kind === 'Done' && progress !== undefined ? progress.failed : counts.failed;
  return failed === 1 ? 'it' : `the ${failed}`;
}

/** What to type to let it go on: first what mends, then what goes on. Nodes in service that can wait for the plan's end need nothing. */
function actTexts(told: Told): string[] {
  const { commands } = told;
  const find = (purpose: NotifiedCommand['purpose']): string | undefined =>
    commands.find((each) => each.purpose === purpose)?.command;
  const texts: string[] = [];
  const add = (intro: string, command: string | undefined): boolean => {
    if (command !== undefined) texts.push(`${intro}: ${command}`);
    return command !== undefined;
  };
  add('Roll back', find('Rollback'));
  if (mustAct(told)) {
    const retry = add(`After repair, put ${failedText(told)} into a later batch`, find('Retry'));
    if (!retry) add('After repair', find('Release'));
  }
  add(`Go on${leewayText(told)}`, find('Resume'));
  add('Approve', find('Approve'));
  return texts;
}

/** How much may fail from a Resume on. */
function leewayText({ next, progress }: Told): string {
  if (!stopped(next) || progress?.maxFailed === undefined) return '';
  return progress.maxFailed === 0 ? ' (until the next failure)' : ` (${progress.maxFailed} more may fail)`;
}

/** The way out after too many failures, which is the last to be wanted. */
function stopTexts({ commands, next }: Told): string[] {
  const abort = stopped(next) ? commands.find(({ purpose }) => purpose === 'Abort') : undefined;
  return abort === undefined ? [] : [`Stop for good: ${abort.command}`];
}

/** What people have written for trouble. */
function runbookTexts({ runbookUrl, action, outcome }: Told): string[] {
  const troubled = action === 'Act' || outcome === 'Failed';
  return runbookUrl === undefined || !troubled ? [] : [`Runbook: ${runbookUrl}`];
}

/** Where to look, unless the line before has said it and nothing went wrong. */
function lookTexts({ commands, counts }: Told, word: string | undefined): string[] {
  if (word !== undefined && counts.failed === 0) return [];
  const find = (wanted: NotifiedCommand['purpose']): NotifiedCommand | undefined =>
    commands.find(({ purpose }) => purpose === wanted);
  const look = find('DisruptionBudget') ?? find('Events') ?? find('Describe');
  return look === undefined ? [] : [`Look: ${look.command}`];
}

function footerText({ plan, agent, settledTime }: Told, clock: ClockText): string {
  const settled = clock.date(settledTime);
  const time = settled === undefined ? [] : [`settled ${settled} ${clock.zone}`];
  // As in the names of batches; the JSON has the whole of it.
  const rev = `rev ${plan.revision.slice(0, 4)}`;
  return prose([...time, rev, ...(agent.node === undefined ? [] : [`agent ${agent.node}`])].join(' · '));
}
