import { counted } from '../../text.ts';
import { shortDuration } from '../../duration.ts';
import { compressNodeNames, expandNodeNames, listNodeNames } from '../model/node-names.ts';
import type { Notification, VersionMove } from '../model/notification.ts';
import { joined, oneLine, prose } from './text-line.ts';

/** A notification before its text is made. */
export type Told = Omit<Notification, 'text'>;

/** A line that is told if there is room, and how much it is needed: 1 most, no two the same. */
export interface Fact {
  readonly rank: number;
  readonly text: string | undefined;
}

/** How much of a line the names of nodes may take. */
const NAMES_LENGTH = 120;
/** The same in the line that names the nodes that were upgraded. */
const UPGRADED_LENGTH = 250;
/** How many moves between versions are told. */
const MOST_MOVES = 4;

/** How many nodes came to what, in what time, and how far the plan is. */
export function countsText({ batch: { rollbackOf }, plan, counts, seconds, expectedSeconds, progress, story }: Told): string {
  const others = [
    [counts.failed, 'failed'],
    [counts.skipped, 'skipped'],
    [counts.notAttempted, 'not attempted'],
    [counts.unfinished, 'unfinished'],
  ] as const;
  const expected = expectedSeconds === undefined ? '' : ` (expected ${shortDuration(expectedSeconds)})`;
  const time = seconds === undefined ? '' : ` in ${shortDuration(seconds)}${expected}`;
  const told = [
    rollbackOf === undefined
      ? `${counts.succeeded}/${counts.nodes} upgraded${time}`
      : `${counts.rolledBack ?? 0}/${counts.nodes} rolled back${time}`,
    ...others.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`),
  ].join(', ');
  const batch = story === undefined || story.batches === 1 ? told : `Last batch: ${told}`;
  if (progress === undefined || story?.rollback !== undefined) return batch;
  if (rollbackOf !== undefined) return `${batch}. At ${plan.version}: ${progress.succeeded}/${progress.nodes}`;
  const budget = progress.maxFailed === undefined ? '' : ` (budget ${progress.maxFailed})`;
  return `${batch}. Plan ${progress.succeeded}/${progress.nodes}, ${progress.failed} failed${budget}`;
}

/** Left out when it would only repeat the version of the first line. */
export function movesText({ versions }: Told): string | undefined {
  if (versions.every((move) => move.process === undefined && move.from === undefined)) return undefined;
  return prose(versionsText(versions));
}

/** `6.12.30→6.12.31: 92 · firmware 6→7: 20`. */
export function versionsText(versions: readonly VersionMove[]): string {
  const told = versions.slice(0, MOST_MOVES).map(({ process, from, to, nodes }) => {
    const moved = `${from ?? ''}→${to ?? '?'}`;
    return `${process === undefined ? '' : `${process} `}${moved}: ${nodes}`;
  });
  const more = versions.length > MOST_MOVES ? ` · and ${versions.length - MOST_MOVES} more` : '';
  return `${told.join(' · ')}${more}`;
}

/** What each process came to. It says something new only where one of several failed. */
export function processesText({ processes = [] }: Told): string | undefined {
  if (processes.every(({ failed }) => failed === 0)) return undefined;
  return prose(processes.map(({ process, nodes, succeeded }) => `${process} ${succeeded}/${nodes}`).join(' · '));
}

/** How many nodes were down at once, and which stay cordoned. */
export function unavailableText({ unavailable, counts, nodes }: Told): string {
  const names = nodes.filter((node) => node.quarantined).map((node) => node.name);
  return prose(
    `${mostDown(unavailable?.most, unavailable?.limit)}Left cordoned by us: ${cordonedText(names, counts.quarantined)}`,
  );
}

/** The same of the whole rollout. */
export function leftText({ story, unavailable }: Told): string | undefined {
  if (story === undefined) return undefined;
  const { quarantined = 0, quarantinedNodes, mostUnavailable } = story;
  const cordoned = cordonedText(expandNodeNames(quarantinedNodes), quarantined);
  return prose(`${mostDown(mostUnavailable, unavailable?.limit)}Left cordoned by us: ${cordoned}`);
}

/** The names, or how many there are where a part of them would be all that fits. */
function cordonedText(names: readonly string[], count: number): string {
  if (count === 0) return 'none';
  const all = names.length === count ? compressNodeNames(names).join(', ') : '';
  return all === '' || all.length > NAMES_LENGTH ? counted(count, 'node') : all;
}

function mostDown(most: number | undefined, limit: number | undefined): string {
  if (most === undefined) return '';
  return `Most down at once ${most}${limit === undefined ? '' : ` (limit ${limit})`}. `;
}

/** What took long: the slowest node, and what drains waited for. */
export function slowText({ durations, drainWaits = [] }: Told): string | undefined {
  const { slowest = 'node', slowestSeconds = 0, medianSeconds = 0 } = durations ?? {};
  const nodes =
    durations === undefined
      ? undefined
      : `Slowest ${slowest} ${shortDuration(slowestSeconds)} (median ${shortDuration(medianSeconds)})`;
  const [wait] = drainWaits.toSorted((a, b) => b.longestSeconds - a.longestSeconds);
  const held = wait?.budget === undefined ? `Pod ${wait?.pod ?? '?'}` : `PDB ${wait.budget}`;
  const drains = wait === undefined ? undefined : `Longest drain wait ${shortDuration(wait.longestSeconds)}: ${oneLine(held)}`;
  return joined([nodes, drains], '. ');
}

/** Processes that took longer than they should have, although they ended well. */
export function lateText({ late = [] }: Told): string | undefined {
  const told = late.map(({ process, count, longestSeconds, expectedSeconds, nodes }) => {
    const named = expandNodeNames(nodes);
    const names = named.length === 0 ? counted(count, 'node') : listNodeNames(named, NAMES_LENGTH, count - named.length);
    return `${process} took up to ${shortDuration(longestSeconds)} (usual ${shortDuration(expectedSeconds)}) on ${names}`;
  });
  return told.length === 0 ? undefined : prose(`Overdue, but well: ${told.join('; ')}`);
}

/** Nodes that went well and are to be named nevertheless. */
export function upgradedText({ counts }: Told, told: ReadonlySet<string>): string | undefined {
  return told.size === 0
    ? undefined
    : prose(`Upgraded: ${listNodeNames([...told], UPGRADED_LENGTH, counts.succeeded - told.size)}`);
}
