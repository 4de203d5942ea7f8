import { counted, toInstant } from '../text.ts';
import { durationText } from './duration.ts';
import { expandNodeNames, listNodeNames } from './node-names.ts';
import type { Cause, Notification, VersionMove } from './notification.ts';

/** A message for people has at most this many lines. */
const MOST_LINES = 12;
/** A line of prose is cut here (UTF-16 units); commands are never cut. Twelve such lines and two acts stay below 4,000. */
const LINE_LENGTH = 280;
/** How much of a line the names of nodes may take. */
const NAMES_LENGTH = 120;
/** The same in the line that names the nodes that were upgraded. */
const UPGRADED_LENGTH = 250;
/** How many moves between versions are told. */
const MOST_MOVES = 4;

type Told = Omit<Notification, 'text'>;

/**
 * The notification for people: what happened, why, what follows and what to type. It has only the lines for which there is data. Its
 * first line says whether to act, because that is all that many readers see.
 *
 * @param told nodes that went well and are to be named nevertheless.
 */
export function renderText(notification: Told, told: ReadonlySet<string>): string {
  const headline = [headlineText(notification), countsText(notification)];
  const facts = [movesText(notification.versions)];
  if (notification.causes.every((cause) => cause.state === 'Skipped'))
    facts.push(unavailableText(notification), slowestText(notification));
  if (told.size > 0)
    facts.push(prose(`Upgraded: ${listNodeNames([...told], UPGRADED_LENGTH, notification.counts.succeeded - told.size)}`));
  const ending = [nextText(notification), ...commandTexts(notification), footerText(notification)];
  const fixed = [...headline, ...facts, ...ending].filter((line) => line !== undefined);
  const causes = causeTexts(notification.causes, MOST_LINES - fixed.length);
  return [...headline, ...facts, ...causes, ...ending].filter((line) => line !== undefined).join('\n');
}

function headlineText({ outcome, action, cluster, plan, batch, next, progress }: Told): string {
  const done = next?.kind === 'Done';
  // A batch that went well and waits for a person, as planned, is no alarm.
  const mood = outcome === 'Succeeded' ? (action === 'Act' ? '🟡' : '✅') : action === 'Act' ? '🔴' : '🟡';
  const emoji = done ? '🏁' : mood;
  const of = batch.of === undefined ? '' : ` of ${done ? '' : 'about '}${batch.of}`;
  const parts = [
    ...(cluster === undefined ? [] : [cluster]),
    `${plan.name} ${plan.version}`,
    `batch ${batch.index}${batch.step === undefined ? '' : ` (${batch.step})`}${of}`,
    ...(done ? [progress === undefined ? 'ENDED' : `ENDED ${progress.succeeded}/${progress.nodes}`] : []),
    ...(next?.kind === 'Paused' ? ['PAUSED'] : []),
    ...(next?.kind === 'Aborted' ? ['ABORTED'] : []),
    ...(next?.kind === 'Deleted' ? ['PLAN DELETED'] : []),
    action === 'Act' ? 'ACT' : 'no action',
  ];
  return prose(`${emoji} ${parts.join(' · ')}`);
}

function countsText({ counts, seconds, progress }: Told): string {
  const others = [
    [counts.failed, 'failed'],
    [counts.skipped, 'skipped'],
    [counts.notAttempted, 'not attempted'],
    [counts.unfinished, 'unfinished'],
  ] as const;
  const time = seconds === undefined ? '' : ` in ${durationText(seconds)}`;
  const told = [
    `${counts.succeeded}/${counts.nodes} upgraded${time}`,
    ...others.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`),
  ].join(', ');
  if (progress === undefined) return told;
  const budget = progress.maxFailed === undefined ? '' : ` (budget ${progress.maxFailed})`;
  return `${told}. Plan ${progress.succeeded}/${progress.nodes}, ${progress.failed} failed${budget}`;
}

/** Left out when it would only repeat the version of the first line. */
function movesText(moves: readonly VersionMove[]): string | undefined {
  if (moves.every((move) => move.process === undefined && move.from === undefined)) return undefined;
  const told = moves.slice(0, MOST_MOVES).map(({ process, from, to, nodes }) => {
    const versions = `${from ?? ''}→${to ?? '?'}`;
    return `${process === undefined ? '' : `${process} `}${versions}: ${nodes}`;
  });
  const more = moves.length > MOST_MOVES ? ` · and ${moves.length - MOST_MOVES} more` : '';
  return prose(`${told.join(' · ')}${more}`);
}

function unavailableText({ unavailable, counts, nodes }: Told): string {
  const limit = unavailable?.limit === undefined ? '' : ` (limit ${unavailable.limit})`;
  const most = unavailable === undefined ? '' : `Most down at once ${unavailable.most}${limit}. `;
  const names = quarantinedNames(nodes);
  const cordoned = counts.quarantined === 0 ? 'none' : listNodeNames(names, NAMES_LENGTH, counts.quarantined - names.length);
  return prose(`${most}Left cordoned by us: ${cordoned}`);
}

function slowestText({ durations }: Told): string | undefined {
  if (durations === undefined) return undefined;
  const { slowest = 'node', slowestSeconds, medianSeconds } = durations;
  return prose(`Slowest ${slowest} ${durationText(slowestSeconds)} (median ${durationText(medianSeconds)})`);
}

function causeTexts(causes: readonly Cause[], room: number): string[] {
  if (causes.length <= room) return causes.map(causeText);
  const told = causes.slice(0, Math.max(0, room - 1));
  const rest = causes.slice(told.length);
  const nodes = rest.reduce((sum, cause) => sum + cause.count, 0);
  return [...told.map(causeText), `and ${counted(rest.length, 'more cause')}: ${counted(nodes, 'node')}`];
}

function causeText(cause: Cause): string {
  const { state, reason, process, message, messages, count, nodes } = cause;
  const what =
    state === 'Failed' ? (reason ?? 'failed') : [stateText(state), ...(reason === undefined ? [] : [reason])].join(', ');
  const where = process === undefined ? '' : ` (${process})`;
  const others = messages > 1 ? ` and ${counted(messages - 1, 'other message')}` : '';
  const why = message === undefined ? '' : `: ${oneLine(message).replace(/\.+$/, '')}${others}`;
  const named = expandNodeNames(nodes);
  // Where no name may be told, the count at the beginning says it all.
  const names = named.length === 0 ? [] : [listNodeNames(named, NAMES_LENGTH, count - named.length)];
  return prose(`${count}× ${what}${where}${why}`, [...names, ...conditionTexts(cause)].map((text) => ` · ${text}`).join(''));
}

/** What state the nodes are in now. A node that was not touched is as it was, which needs no words. */
function conditionTexts({ state, quarantined, stillAt }: Cause): string[] {
  if (quarantined) return ['QUARANTINED'];
  if (state !== 'Failed') return [];
  return [stillAt === undefined ? 'in service' : `in service, still ${oneLine(stillAt)}`];
}

function stateText(state: Cause['state']): string {
  return state === 'NotAttempted' ? 'not attempted' : state.toLowerCase();
}

const NEXT_INTROS = {
  NextBatch: 'Next',
  Waiting: 'Waiting',
  Paused: 'Paused',
  Aborted: 'Aborted',
  Done: 'Ended',
  Deleted: 'Next',
} as const;

function nextText({ next, progress }: Told): string | undefined {
  if (next === undefined || next.message === '') return undefined;
  // The first line has said it.
  if (next.kind === 'Done' && progress !== undefined) return undefined;
  return prose(`${NEXT_INTROS[next.kind]}: ${next.message}`);
}

const COMMAND_INTROS = {
  Release: 'After repair:',
  Resume: 'Go on:',
  Approve: 'Approve:',
  Events: 'Look:',
  Describe: 'Look:',
  Status: 'Look:',
} as const;

const ACTS: ReadonlySet<string> = new Set(['Release', 'Resume', 'Approve']);

/** The acts, and the first of the commands that look. */
function commandTexts({ commands }: Told): string[] {
  const acts = commands.filter(({ purpose }) => ACTS.has(purpose));
  const looks = commands.filter((command) => !acts.includes(command));
  return [...acts, ...looks.slice(0, 1)].map(({ purpose, command }) => `${COMMAND_INTROS[purpose]} ${command}`);
}

function footerText({ plan, agent, settledTime }: Told): string {
  const settled = toInstant(settledTime);
  const time = settled === undefined ? [] : [`settled ${new Date(settled).toISOString().slice(0, 16).replace('T', ' ')} UTC`];
  // As in the names of batches; the JSON has the whole of it.
  return prose(
    [...time, `rev ${plan.revision.slice(0, 4)}`, ...(agent.node === undefined ? [] : [`agent ${agent.node}`])].join(' · '),
  );
}

function quarantinedNames(nodes: Told['nodes']): string[] {
  return nodes.filter((node) => node.quarantined).map((node) => node.name);
}

/** One line of at most {@link LINE_LENGTH}; when it is too long, what comes before `ending` is cut. */
function prose(text: string, ending = ''): string {
  const line = oneLine(text);
  const room = LINE_LENGTH - ending.length;
  if (line.length <= room) return `${line}${ending}`;
  let cut = '';
  for (const character of line) {
    if (cut.length + character.length > room - 1) break;
    cut += character;
  }
  return `${cut}…${ending}`;
}

/** Without line breaks, control characters and those that turn the direction of the text: messages come from upgrade containers. */
function oneLine(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .replaceAll(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '')
    .trim();
}
