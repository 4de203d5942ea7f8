import type { AlertCause, NodeRecord } from '../../../../api/generated/upgradebatch.ts';
import { listNodeNames } from '../../../notification/model/node-names.ts';
import { presentFields } from '../../../present-fields.ts';
import { cutToBytes } from '../../../text.ts';

/** What an alert may be about. */
export type AlertKind = AlertCause['alert'];

/** One thing that an alert is to tell. */
export interface Trouble {
  readonly alert: AlertKind;
  /** Name of the node; undefined where it is about the rollout as a whole. */
  readonly node?: string;
  readonly reason: string | undefined;
  readonly process?: string | undefined;
  readonly message: string | undefined;
  readonly quarantined?: boolean;
}

/** An alert holds so many causes. */
const MOST_CAUSES = 8;
/** As long as their messages and lists of nodes may be. */
const MESSAGE_BYTES = 512;
const NAMES_LENGTH = 400;
/** What the name of a node stands for when messages are compared. */
const ANY_NODE = '<node>';

/** What a failed node is told of with. */
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

/** What a node with an overdue process is told of with. */
export function delayOf(record: NodeRecord): Trouble {
  const process = record.processes?.findLast(({ overdue }) => overdue !== undefined);
  const { reason, message } = process?.overdue ?? {};
  return { alert: 'NodeOverdue', node: record.name, reason, process: process?.name, message };
}

/**
 * What has happened, each reason once with its nodes, what concerns the rollout and most nodes first. Beyond the limit the rest is
 * counted, never dropped.
 */
export function alertCauses(troubles: readonly Trouble[]): AlertCause[] {
  const groups = Map.groupBy(troubles, ({ alert, reason, process, quarantined }) =>
    JSON.stringify([alert, reason ?? null, process ?? null, quarantined ?? null]),
  );
  const causes = [...groups.values()]
    .toSorted((a, b) => Number(isOfNodes(a)) - Number(isOfNodes(b)) || b.length - a.length)
    .flatMap((group) => causeOf(group));
  if (causes.length <= MOST_CAUSES) return causes;
  const told = causes.slice(0, MOST_CAUSES - 1);
  const rest = causes.slice(MOST_CAUSES - 1);
  const [first] = rest;
  if (first === undefined) return told;
  const count = rest.reduce((sum, cause) => sum + cause.count, 0);
  return [...told, { alert: first.alert, count, message: `${rest.length} more causes` }];
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
