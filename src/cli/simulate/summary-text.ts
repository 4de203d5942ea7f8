import { longDuration } from '../../core/duration.ts';
import { counted } from '../../core/text.ts';
import { wrapText } from './display-width.ts';
import type { NodeFailure, PlanSummary, Summary } from './summary.ts';

const LABEL_COLUMNS = 10;
const MAX_FAILURES = 10;

/** The summary for people. */
export function summaryLines(summary: Summary, columns: number): readonly string[] {
  const { failures, requests, messages } = summary;
  const shown = failures.slice(0, MAX_FAILURES).map(failureText);
  const more = failures.length - shown.length;
  const facts: readonly (readonly [string, readonly string[]])[] = [
    ['Result', [resultText(summary)]],
    ...summary.plans.map((plan) => ['Plan', planTexts(plan)] as const),
    ['Failed', [...shown, ...(more > 0 ? [`and ${more} more`] : [])]],
    ['Down', [`at most ${counted(summary.peakHostsDown, 'host')} at once`]],
    ['Messages', [messagesText(messages)]],
    [
      'Requests',
      [
        `${thousands(requests.total)} to the API server, ${thousands(Math.round(requests.perNode))} per node: ${ranked(requests.byVerb)}`,
        `by ${ranked(requests.byUser)}`,
      ],
    ],
    ['Time', [`${longDuration(summary.seconds)} (virtual), ${summary.startTime} to ${summary.endTime}`]],
    ['Seed', [`${summary.seed}; the same seed and options give the same result`]],
  ];
  return facts.flatMap(([label, texts]) => factLines(label, texts, columns));
}

function factLines(label: string, texts: readonly string[], columns: number): readonly string[] {
  const lines = texts.flatMap((text) => wrapText(text, columns - LABEL_COLUMNS));
  return lines.map((line, index) => (index === 0 ? label : '').padEnd(LABEL_COLUMNS) + line);
}

const RESULTS: Readonly<Record<Summary['result'], string>> = {
  Succeeded: 'every plan succeeds',
  Stopped: 'the rollout would stop',
  Limit: 'the rollout does not end within the limit (--limit)',
};

function resultText({ result, plans }: Summary): string {
  const stopped = plans
    .filter(({ status }) => status !== 'Succeeded')
    .map(({ plan, status, reason }) => `${plan} is ${status} (${reason})`);
  return [RESULTS[result], ...stopped].join('; ');
}

function planTexts({
  plan,
  version,
  progress,
  batches,
  seconds,
  maxUnavailable,
  waits,
  status,
  message,
}: PlanSummary): readonly string[] {
  const took = seconds === undefined ? 'no node had its turn' : `in ${longDuration(seconds)}`;
  const waited = waits.filter((wait) => wait.seconds > 0).map((wait) => `${wait.reason} ${longDuration(wait.seconds)}`);
  return [
    `${plan} ${version}: ${progress} nodes in ${batches} ${batches === 1 ? 'batch' : 'batches'}, ${took}; maxUnavailable ${maxUnavailable}`,
    ...(waited.length === 0 ? [] : [`waited: ${waited.join(', ')}`]),
    ...(status === 'Succeeded' || message === '' ? [] : [message]),
  ];
}

function failureText({ node, batch, reason, message, quarantined, recovered }: NodeFailure): string {
  const why = [reason, message].filter((text) => text !== '').join(': ');
  const now = recovered ? '; succeeded in a later batch' : quarantined ? '; quarantined' : '';
  return `${node} (${batch}): ${why}${now}`;
}

function messagesText(messages: Summary['messages']): string {
  const sinks = Object.entries(messages);
  return sinks.length === 0 ? 'none' : sinks.map(([sink, count]) => `${count} to ${sink}`).join(', ');
}

/** `patch 800, get 20`: the largest first. */
function ranked(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .toSorted(([a, left], [b, right]) => right - left || (a < b ? -1 : 1))
    .map(([name, count]) => `${name} ${thousands(count)}`)
    .join(', ');
}

/** `12,345`, whatever the locale. */
function thousands(number: number): string {
  return String(number).replace(/\B(?=(?:\d{3})+$)/g, ',');
}
