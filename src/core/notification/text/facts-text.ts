import { counted } from '../../text.ts';
import { shortDuration } from '../../duration.ts';
import { compressNodeNames, expandNodeNames, listNodeNames } from '../model/node-names.ts';
import type { Notification, VersionMove } from '../model/notification.ts';
import { joined, oneLine, prose } from './text-line.ts';

/** A notification without its text. */
export type NotificationData = Omit<Notification, 'text'>;

/** A line that is shown if there is room. Rank 1 is needed most; no two lines of a text have the same rank. */
export interface OptionalLine {
  readonly rank: number;
  readonly text: string | undefined;
}

/** Maximum length of the node names in a line. */
const MAX_NAMES_LENGTH = 120;
/** Maximum length of the node names in the line about upgraded nodes. */
const MAX_UPGRADED_LENGTH = 250;
/** Maximum number of version changes in a line. */
const MAX_MOVES = 4;

/** How many nodes had which outcome, how long they took, and the progress of the plan. */
export function countsText({
  batch: { rollbackOf },
  plan,
  counts,
  seconds,
  expectedSeconds,
  progress,
  story,
}: NotificationData): string {
  const others = [
    [counts.failed, 'failed'],
    [counts.skipped, 'skipped'],
    [counts.notAttempted, 'not attempted'],
    [counts.unfinished, 'unfinished'],
  ] as const;
  const expected = expectedSeconds === undefined ? '' : ` (expected ${shortDuration(expectedSeconds)})`;
  const time = seconds === undefined ? '' : ` in ${shortDuration(seconds)}${expected}`;
  const counted = [
    rollbackOf === undefined
      ? `${counts.succeeded}/${counts.nodes} upgraded${time}`
      : `${counts.rolledBack ?? 0}/${counts.nodes} rolled back${time}`,
    ...others.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`),
  ].join(', ');
  const batch = story === undefined || story.batches === 1 ? counted : `Last batch: ${counted}`;
  if (progress === undefined || story?.rollback !== undefined) return batch;
  if (rollbackOf !== undefined) return `${batch}. At ${plan.version}: ${progress.succeeded}/${progress.nodes}`;
  const budget = progress.maxFailed === undefined ? '' : ` (budget ${progress.maxFailed})`;
  return `${batch}. Plan ${progress.succeeded}/${progress.nodes}, ${progress.failed} failed${budget}`;
}

/** The version changes; undefined if they would only repeat the version in the first line. */
export function movesText({ versions }: NotificationData): string | undefined {
  if (versions.every((move) => move.process === undefined && move.from === undefined)) return undefined;
  return prose(versionsText(versions));
}

/** `6.12.30→6.12.31: 92 · firmware 6→7: 20`. */
export function versionsText(versions: readonly VersionMove[]): string {
  const shown = versions.slice(0, MAX_MOVES).map(({ process, from, to, nodes }) => {
    const moved = `${from ?? ''}→${to ?? '?'}`;
    return `${process === undefined ? '' : `${process} `}${moved}: ${nodes}`;
  });
  const more = versions.length > MAX_MOVES ? ` · and ${versions.length - MAX_MOVES} more` : '';
  return `${shown.join(' · ')}${more}`;
}

/** How many nodes each process succeeded on; undefined unless it failed on one. */
export function processesText({ processes = [] }: NotificationData): string | undefined {
  if (processes.every(({ failed }) => failed === 0)) return undefined;
  return prose(processes.map(({ process, nodes, succeeded }) => `${process} ${succeeded}/${nodes}`).join(' · '));
}

/** How many nodes were down at once, and which are still cordoned. */
export function unavailableText({ unavailable, counts, nodes }: NotificationData): string {
  const names = nodes.filter((node) => node.quarantined).map((node) => node.name);
  return prose(
    `${peakText(unavailable?.most, unavailable?.limit)}Left cordoned by us: ${cordonedText(names, counts.quarantined)}`,
  );
}

/** The same for the whole rollout. */
export function leftText({ story, unavailable }: NotificationData): string | undefined {
  if (story === undefined) return undefined;
  const { quarantined = 0, quarantinedNodes, mostUnavailable } = story;
  const cordoned = cordonedText(expandNodeNames(quarantinedNodes), quarantined);
  return prose(`${peakText(mostUnavailable, unavailable?.limit)}Left cordoned by us: ${cordoned}`);
}

/** The names of cordoned nodes, or their number if not all names fit. */
function cordonedText(names: readonly string[], count: number): string {
  if (count === 0) return 'none';
  const all = names.length === count ? compressNodeNames(names).join(', ') : '';
  return all === '' || all.length > MAX_NAMES_LENGTH ? counted(count, 'node') : all;
}

function peakText(most: number | undefined, limit: number | undefined): string {
  if (most === undefined) return '';
  return `Most down at once ${most}${limit === undefined ? '' : ` (limit ${limit})`}. `;
}

/** What took long: the slowest node and the longest drain. */
export function durationsText({ durations, drainWaits = [] }: NotificationData): string | undefined {
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

/** Processes that succeeded but took too long. */
export function lateText({ late = [] }: NotificationData): string | undefined {
  const texts = late.map(({ process, count, longestSeconds, expectedSeconds, nodes }) => {
    const named = expandNodeNames(nodes);
    const names = named.length === 0 ? counted(count, 'node') : listNodeNames(named, MAX_NAMES_LENGTH, count - named.length);
    return `${process} took up to ${shortDuration(longestSeconds)} (usual ${shortDuration(expectedSeconds)}) on ${names}`;
  });
  return texts.length === 0 ? undefined : prose(`Overdue, but well: ${texts.join('; ')}`);
}

/** Upgraded nodes that the plan or the sink wants to be named. */
export function upgradedText({ counts }: NotificationData, named: ReadonlySet<string>): string | undefined {
  return named.size === 0
    ? undefined
    : prose(`Upgraded: ${listNodeNames([...named], MAX_UPGRADED_LENGTH, counts.succeeded - named.size)}`);
}
