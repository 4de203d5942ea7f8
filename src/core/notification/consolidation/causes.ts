import { compressNodeNames } from '../model/node-names.ts';
import type { Cause, NodeState, NotifiedNode } from '../model/notification.ts';
import { presentFields } from '../../present-fields.ts';
import { SOME_NODE } from './hide-names.ts';
import { messageFingerprint } from './message-fingerprint.ts';

/** More messages than this for one reason are one cause with the commonest message: a person reads reasons, not thousands of lines. */
const MOST_MESSAGES = 3;

const ORDER: readonly NodeState[] = ['Failed', 'NotAttempted', 'Skipped'];

/**
 * Why nodes did not succeed: each reason once, with its nodes; failures first, then what was not attempted, then what was skipped, and
 * what concerns most nodes before the rest. Messages that differ only by the node's own name are the same, and those that are alike (by their
 * numbers, hashes and images) are one cause.
 *
 * @param hidden the nodes that are counted, but not named.
 */
export function findCauses(nodes: readonly NotifiedNode[], hidden: ReadonlySet<string>): Cause[] {
  const troubled = nodes.filter((node) => node.state !== 'Succeeded' && node.state !== 'RolledBack');
  const byReason = Map.groupBy(troubled, reasonKey);
  return [...byReason.values()]
    .flatMap((sameReason) => {
      const byMessage = [...Map.groupBy(sameReason, messageKey).values()];
      return byMessage.length > MOST_MESSAGES ? [sameReason] : byMessage;
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
    stillAt: versionLeft(example),
  });
}

function reasonKey(node: NotifiedNode): string {
  return JSON.stringify([node.state, node.reason, failedProcess(node), node.quarantined, versionLeft(node)]);
}

function comparableMessage({ name, message }: NotifiedNode): string | undefined {
  return message?.replaceAll(new RegExp(`(?<![\\w.-])${name.replaceAll('.', '\\.')}(?![\\w-])`, 'g'), SOME_NODE);
}

/** What is compared to tell whether two nodes have one cause. */
function messageKey(node: NotifiedNode): string | undefined {
  const message = comparableMessage(node);
  return message === undefined ? undefined : messageFingerprint(message);
}

function failedProcess(node: NotifiedNode | undefined): string | undefined {
  return node?.processes.find((process) => process.state === 'Failed')?.name;
}

/** The version that a failed node still has: known for sure only when none of its processes has begun. */
function versionLeft(node: NotifiedNode | undefined): string | undefined {
  const untouched =
    node?.state === 'Failed' && node.processes.every(({ state }) => state === 'NotStarted' || state === 'Skipped');
  return untouched ? node.fromVersion : undefined;
}

function rank(state: NodeState): number {
  const place = ORDER.indexOf(state);
  return place === -1 ? ORDER.length : place;
}
