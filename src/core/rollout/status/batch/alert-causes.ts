import type { AlertCause, NodeRecord } from '../../../../api/generated/upgradebatch.ts';
import { listNodeNames } from '../../../notification/model/node-names.ts';
import { presentFields } from '../../../present-fields.ts';
import { cutToBytes } from '../../../text.ts';

/** The kinds of alerts. */
export type AlertKind = AlertCause['alert'];

/** One thing that an alert reports. */
export interface Trouble {
  readonly alert: AlertKind;
  /** Name of the node; undefined if it is about the rollout as a whole. */
  readonly node?: string;
  readonly reason: string | undefined;
  readonly process?: string | undefined;
  readonly message: string | undefined;
  readonly quarantined?: boolean;
}

/** Maximum number of causes in an alert, and maximum lengths of their messages and lists of nodes. */
const MAX_CAUSES = 8;
const MESSAGE_BYTES = 512;
const NAMES_LENGTH = 400;
/** Replaces the name of the node when messages are compared. */
const ANY_NODE = '<node>';

/** What an alert reports about a failed node. */
export function failureOf(record: NodeRecord): Trouble {
  const process = record.processes?.find(({ state }) => state === 'Failed');
  return {
    alert: 'NodeFailed',
    node: record.name,
    reason: record.reason ?? process?.reason,
    process: process?.name,
    message: record.message ?? process?.message,
    quarantined: record.quarantined === true,
  };
}

/** What an alert reports about a node with an overdue process. */
export function delayOf(record: NodeRecord): Trouble {
  const process = record.processes?.findLast(({ overdue }) => overdue !== undefined);
  const { reason, message } = process?.overdue ?? {};
  return { alert: 'NodeOverdue', node: record.name, reason, process: process?.name, message };
}

/**
 * The causes of an alert: each reason once with its nodes, first what concerns the rollout, then the most frequent. Causes beyond the limit are
 * counted.
 */
export function alertCauses(troubles: readonly Trouble[]): AlertCause[] {
  const groups = Map.groupBy(troubles, ({ alert, reason, process, quarantined }) =>
    JSON.stringify([alert, reason ?? null, process ?? null, quarantined ?? null]),
  );
  const causes = [...groups.values()]
    .toSorted((a, b) => Number(isOfNodes(a)) - Number(isOfNodes(b)) || b.length - a.length)
    .flatMap((group) => causeOf(group));
  if (causes.length <= MAX_CAUSES) return causes;
  const listed = causes.slice(0, MAX_CAUSES - 1);
  const rest = causes.slice(MAX_CAUSES - 1);
  const [first] = rest;
  if (first === undefined) return listed;
  const count = rest.reduce((sum, cause) => sum + cause.count, 0);
  return [...listed, { alert: first.alert, count, message: `${rest.length} more causes` }];
}

function isOfNodes(group: readonly Trouble[]): boolean {
  return group[0]?.node !== undefined;
}

function causeOf(group: readonly Trouble[]): readonly AlertCause[] {
  const byMessage = [...Map.groupBy(group, comparableMessage).values()].toSorted((a, b) => b.length - a.length);
  const example = byMessage[0]?.[0];
  if (example === undefined) return [];
  const { alert, reason, process, quarantined } = example;
  const nodes = group.flatMap(({ node }) => node ?? []);
  const message = group.length === 1 ? example.message : comparableMessage(example);
  const others = byMessage.length > 1 ? ` (and ${byMessage.length - 1} other messages)` : '';
  return [
    presentFields({
      alert,
      reason,
      process,
      message: message === undefined || message === '' ? undefined : cutToBytes(`${message}${others}`, MESSAGE_BYTES),
      count: nodes.length,
      nodes: nodes.length === 0 ? undefined : listNodeNames(nodes, NAMES_LENGTH),
      quarantined: quarantined === true ? true : undefined,
    }),
  ];
}

function comparableMessage({ node, message }: Trouble): string | undefined {
  return node === undefined ? message : message?.replaceAll(node, ANY_NODE);
}
