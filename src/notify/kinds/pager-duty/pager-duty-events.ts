import type { Notification } from '../../../core/notification/model/notification.ts';
import { jsonBytes } from '../../../core/fit.ts';
import { byteLength, cutText, cutToBytes } from '../../../core/text.ts';
import { moreNodes } from '../../more-nodes.ts';
import { headline, severityOf } from '../../severity.ts';

/** A request to PagerDuty's Events API v2, without the routing key. */
export interface PagerDutyEvent {
  /** Below the address of the API. */
  readonly path: '/v2/enqueue' | '/v2/change/enqueue';
  readonly body: Readonly<Record<string, unknown>>;
}

/** PagerDuty refuses a longer summary. It counts characters; bytes are never fewer. */
const SUMMARY_BYTES = 1_024;
/** PagerDuty refuses events above 512 KB; the routing key and the field names need room as well. */
const EVENT_BYTES = 500_000;
/** Only a text of a user's own is longer. */
const TEXT_BYTES = 100_000;
/** What a person reads in an incident. The batch has the rest. */
const MOST_NODES = 200;

/**
 * What PagerDuty is told. Trouble triggers the incident of the rollout, or adds to it; a batch that went well, or the end, resolves it.
 * A good batch is also a change event, which PagerDuty shows beside incidents and wakes nobody for.
 *
 * @param changes whether the plan wants to tell of good batches.
 */
export function pagerDutyEvents(notification: Notification, changes: boolean): readonly PagerDutyEvent[] {
  // A test must neither wake anybody nor end what is really open.
  if (notification.kind === 'Test') return [change(notification)];
  if (severityOf(notification) !== 'info') return [trigger(notification)];
  const resolve = { path: '/v2/enqueue', body: { event_action: 'resolve', dedup_key: incidentKey(notification) } } as const;
  // The change comes last: PagerDuty knows no repetition of it, so nothing after it may fail.
  return changes ? [resolve, change(notification)] : [resolve];
}

/** One incident for each plan: trouble of one revision is over when the next one goes well. PagerDuty takes up to 255 characters. */
function incidentKey({ plan }: Notification): string {
  return `baton/${plan.uid}`;
}

function trigger(notification: Notification): PagerDutyEvent {
  const { plan, cluster, kind, outcome, settledTime, runbookUrl } = notification;
  const body = (nodes: number): PagerDutyEvent['body'] => ({
    event_action: 'trigger',
    dedup_key: incidentKey(notification),
    client: 'Baton',
    payload: {
      summary: cutToBytes(headline(notification), SUMMARY_BYTES),
      source: cluster ?? `${plan.namespace}/${plan.name}`,
      severity: severityOf(notification),
      ...(settledTime === undefined ? {} : { timestamp: settledTime }),
      component: plan.name,
      group: plan.namespace,
      class: `${kind} ${outcome}`,
      custom_details: details(notification, nodes),
    },
    ...(runbookUrl === undefined ? {} : { links: [{ href: runbookUrl, text: 'Runbook' }] }),
  });
  return { path: '/v2/enqueue', body: fitting(body) };
}

function change(notification: Notification): PagerDutyEvent {
  const { plan, cluster, settledTime } = notification;
  const body = {
    payload: {
      summary: cutToBytes(headline(notification), SUMMARY_BYTES),
      source: cluster ?? `${plan.namespace}/${plan.name}`,
      ...(settledTime === undefined ? {} : { timestamp: settledTime }),
      custom_details: { id: notification.id, text: textOf(notification) },
    },
  };
  return { path: '/v2/change/enqueue', body };
}

/** The body with as many nodes as fit. */
function fitting(body: (nodes: number) => PagerDutyEvent['body']): PagerDutyEvent['body'] {
  for (let nodes = MOST_NODES; nodes > 0; nodes = Math.floor(nodes / 2)) {
    const whole = body(nodes);
    if (byteLength(JSON.stringify(whole)) <= EVENT_BYTES) return whole;
  }
  return body(0);
}

function details(notification: Notification, most: number): Readonly<Record<string, unknown>> {
  const { id, plan, batch, counts, causes, progress, next, commands, nodes } = notification;
  const troubled = nodes.filter(({ state }) => state !== 'Succeeded');
  const told = troubled.slice(0, most).map(({ name, state, reason, message }) => {
    const words = [state, ...(reason === undefined ? [] : [reason])].join(' ');
    return [name, message === undefined ? words : `${words}: ${message}`] as const;
  });
  const more = troubled.length - told.length;
  return {
    id,
    text: textOf(notification),
    plan,
    batch,
    counts,
    // The names of a thousand nodes may be long; the texts of the nodes follow one by one.
    causes: causes.slice(0, most).map((cause) => ({ ...cause, nodes: cutToBytes(cause.nodes, SUMMARY_BYTES) })),
    progress,
    next,
    commands: Object.fromEntries(commands.map(({ purpose, command }) => [purpose, command])),
    nodes: Object.fromEntries(told),
    ...(more === 0 ? {} : { more: moreNodes(notification, more) }),
  };
}

function textOf({ text }: Notification): string {
  return cutText(text, TEXT_BYTES, jsonBytes);
}
