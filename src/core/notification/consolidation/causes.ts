import { compressNodeNames } from '../model/node-names.ts';
import type { Cause, NodeState, NotifiedNode } from '../model/notification.ts';
import { presentFields } from '../../present-fields.ts';
import { SOME_NODE } from './hide-names.ts';
import { messageFingerprint } from './message-fingerprint.ts';

/** With more different messages for one reason, there is only one cause, with the most common message. */
const MAX_MESSAGES = 3;

const ORDER: readonly NodeState[] = ['Failed', 'NotAttempted', 'Skipped'];

/**
 * Why nodes did not succeed, by reason and message. Failures come first, then nodes that were not attempted, then those that were skipped;
 * within each, the causes with most nodes. Messages that differ only in the node's own name, in numbers, hashes or images are one cause.
 *
 * @param hidden nodes that are counted, but not named.
 */
export function findCauses(nodes: readonly NotifiedNode[], hidden: ReadonlySet<string>): Cause[] {
  const troubled = nodes.filter((node) => node.state !== 'Succeeded' && node.state !== 'RolledBack');
  const byReason = Map.groupBy(troubled, reasonKey);
  return [...byReason.values()]
    .flatMap((sameReason) => {
      const byMessage = [...Map.groupBy(sameReason, messageKey).values()];
      return byMessage.length > MAX_MESSAGES ? [sameReason] : byMessage;
    })
    .map((group) => describeCause(group, hidden))
    .toSorted((a, b) => rank(a.state) - rank(b.state) || b.count - a.count);
}

function describeCause(nodes: readonly NotifiedNode[], hidden: ReadonlySet<string>): Cause {
  const alike = [...Map.groupBy(nodes, messageKey).values()].toSorted((a, b) => b.length - a.length);
  const wordings = [...Map.groupBy(alike[0] ?? nodes, comparableMessage).values()].toSorted((a, b) => b.length - a.length);
  const [example] = wordings[0] ?? nodes;
  const message = example !== undefined && nodes.length > 1 ? comparableMessage(example) : example?.message;
  return presentFields({
    state: example?.state ?? 'Pending',
    reason: example?.reason,
    process: failedProcess(example),
    message,
    messages: message === undefined ? 0 : alike.length,
    alike: message === undefined || wordings.length === 1 ? undefined : wordings.length,
    count: nodes.length,
    nodes: compressNodeNames(nodes.map((node) => node.name).filter((name) => !hidden.has(name))).join(','),
    quarantined: example?.quarantined ?? false,
    stillAt: remainingVersion(example),
  });
}

function reasonKey(node: NotifiedNode): string {
  return JSON.stringify([node.state, node.reason, failedProcess(node), node.quarantined, remainingVersion(node)]);
}

function comparableMessage({ name, message }: NotifiedNode): string | undefined {
  return message?.replaceAll(new RegExp(`(?<![\\w.-])${name.replaceAll('.', '\\.')}(?![\\w-])`, 'g'), SOME_NODE);
}

/** The part of a message that is equal for all nodes with one cause. */
function messageKey(node: NotifiedNode): string | undefined {
  const message = comparableMessage(node);
  return message === undefined ? undefined : messageFingerprint(message);
}

function failedProcess(node: NotifiedNode | undefined): string | undefined {
  return node?.processes.find((process) => process.state === 'Failed')?.name;
}

/** The version that a failed node still has. It is certain only if none of its processes had started. */
function remainingVersion(node: NotifiedNode | undefined): string | undefined {
  const untouched =
    node?.state === 'Failed' && node.processes.every(({ state }) => state === 'NotStarted' || state === 'Skipped');
  return untouched ? node.fromVersion : undefined;
}

function rank(state: NodeState): number {
  const place = ORDER.indexOf(state);
  return place === -1 ? ORDER.length : place;
}
