import type { Notification } from '../../../core/notification/model/notification.ts';
import { jsonBytes } from '../../../core/fit.ts';
import { byteLength, cutText, cutToBytes } from '../../../core/text.ts';
import { moreNodes } from '../../more-nodes.ts';
import { headline, severityOf } from '../../severity.ts';

/** A request to PagerDuty's Events API v2, without the routing key. */
export interface PagerDutyEvent {
  /** Path below the base URL of the API. */
  readonly path: '/v2/enqueue' | '/v2/change/enqueue';
  readonly body: Readonly<Record<string, unknown>>;
}

/** Maximum size of a summary (bytes). PagerDuty counts characters, which are never more. */
const MAX_SUMMARY_BYTES = 1_024;
/** Maximum size of an event (bytes). PagerDuty's limit is 512 KB, including the routing key. */
const MAX_EVENT_BYTES = 500_000;
/** Maximum size of the text (bytes). Only the text of a template can be longer. */
const MAX_TEXT_BYTES = 100_000;
/** Maximum number of nodes in an incident. The batch has the rest. */
const MAX_NODES = 200;

/**
 * The events for a notification. Trouble triggers the incident of the plan, or adds to it; a batch without trouble, or the end, resolves
 * it. A batch without trouble is also a change event, which PagerDuty shows beside incidents without paging anybody.
 *
 * @param changes whether to send change events.
 */
export function pagerDutyEvents(notification: Notification, changes: boolean): readonly PagerDutyEvent[] {
  // A test must neither page anybody nor resolve a real incident.
  if (notification.kind === 'Test') return [change(notification)];
  if (severityOf(notification) !== 'info') return [trigger(notification)];
  const resolve = { path: '/v2/enqueue', body: { event_action: 'resolve', dedup_key: incidentKey(notification) } } as const;
  // The change event comes last: PagerDuty does not deduplicate it, so no later request may fail.
  return changes ? [resolve, change(notification)] : [resolve];
}

/** One incident per plan, so that a later revision resolves the trouble of an earlier one. PagerDuty accepts up to 255 characters. */
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
      summary: cutToBytes(headline(notification), MAX_SUMMARY_BYTES),
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
  return { path: '/v2/enqueue', body: fitNodes(body) };
}

function change(notification: Notification): PagerDutyEvent {
  const { plan, cluster, settledTime } = notification;
  const body = {
    payload: {
      summary: cutToBytes(headline(notification), MAX_SUMMARY_BYTES),
      source: cluster ?? `${plan.namespace}/${plan.name}`,
      ...(settledTime === undefined ? {} : { timestamp: settledTime }),
      custom_details: { id: notification.id, text: textOf(notification) },
    },
  };
  return { path: '/v2/change/enqueue', body };
}

/** The body with as many nodes as fit. */
function fitNodes(body: (nodes: number) => PagerDutyEvent['body']): PagerDutyEvent['body'] {
  for (let nodes = MAX_NODES; nodes > 0; nodes = Math.floor(nodes / 2)) {
    const whole = body(nodes);
    if (byteLength(JSON.stringify(whole)) <= MAX_EVENT_BYTES) return whole;
  }
  return body(0);
}

function details(notification: Notification, maxNodes: number): Readonly<Record<string, unknown>> {
  const { id, plan, batch, counts, causes, progress, next, commands, nodes } = notification;
  const troubled = nodes.filter(({ state }) => state !== 'Succeeded');
  const listed = troubled.slice(0, maxNodes).map(({ name, state, reason, message }) => {
    const words = [state, ...(reason === undefined ? [] : [reason])].join(' ');
    return [name, message === undefined ? words : `${words}: ${message}`] as const;
  });
  const more = troubled.length - listed.length;
  return {
    id,
    text: textOf(notification),
    plan,
    batch,
    counts,
    // The names of a thousand nodes may be long, and `nodes` lists them anyway.
    causes: causes.slice(0, maxNodes).map((cause) => ({ ...cause, nodes: cutToBytes(cause.nodes, MAX_SUMMARY_BYTES) })),
    progress,
    next,
    commands: Object.fromEntries(commands.map(({ purpose, command }) => [purpose, command])),
    nodes: Object.fromEntries(listed),
    ...(more === 0 ? {} : { more: moreNodes(notification, more) }),
  };
}

function textOf({ text }: Notification): string {
  return cutText(text, MAX_TEXT_BYTES, jsonBytes);
}
