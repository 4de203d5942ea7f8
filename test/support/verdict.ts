import type { UpgradeBatch } from '../../src/api/generated/upgradebatch.ts';
import { ANNOTATIONS, LABELS } from '../../src/api/names.ts';
import { finalReceipts } from '../../src/core/baton/deliveries.ts';
import { findCondition, type Node } from './kubernetes-objects.ts';
import type { Delivery } from './receiver-client.ts';

/** Where a connection came from. */
export interface Origin {
  readonly node: string | undefined;
  /** The words for how that is known. */
  readonly evidence: string;
}

/** One promise, and whether it was kept. */
export interface Check {
  readonly promise: string;
  readonly kept: boolean;
  /** What was seen. */
  readonly seen: string;
}

/** What is left of a rollout when it is over. */
export interface Evidence {
  /** By index. */
  readonly batches: readonly UpgradeBatch[];
  readonly deliveries: readonly Delivery[];
  /** Where each delivery's connection came from, in the same order. */
  readonly origins: readonly Origin[];
  readonly nodes: readonly Node[];
}

function batchOf(evidence: Evidence, delivery: Delivery): UpgradeBatch | undefined {
  return evidence.batches.find((batch) => delivery.id.startsWith(`${batch.metadata.uid}/`));
}

/** The node whose agent sent a batch's final message, as its receipt says. */
export function senderOf(batch: UpgradeBatch): string {
  return finalReceipts(batch.status?.notification)[0]?.node ?? 'nobody';
}

function sameNames(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && [...one].sort().join() === [...other].sort().join();
}

/** Nodes that Baton still keeps from their work, each with why. */
export function nodesStillHeld(nodes: readonly Node[]): string[] {
  return nodes.flatMap(({ metadata, spec }) => {
    const why = [
      ...(spec.unschedulable === true ? ['cordoned'] : []),
      ...(metadata.labels?.[LABELS.claim] === undefined ? [] : ['claimed']),
      ...(metadata.annotations?.[ANNOTATIONS.turn] === undefined ? [] : ['in a turn']),
      ...(metadata.annotations?.[ANNOTATIONS.quarantine] === undefined ? [] : ['quarantined']),
    ];
    return why.length === 0 ? [] : [`${metadata.name} is ${why.join(' and ')}`];
  });
}

/** Judges a rollout in which nothing was meant to go wrong. */
export function judge(evidence: Evidence): readonly Check[] {
  const { batches, deliveries, origins, nodes } = evidence;
  const ids = new Set(deliveries.map((delivery) => delivery.id));
  const unfit = deliveries.filter((delivery) => {
    const names = batchOf(evidence, delivery)?.spec.nodes.map((node) => node.name) ?? [];
    return !sameNames(
      names,
      delivery.notification.nodes.map((node) => node.name),
    );
  });
  const senders = batches.map(senderOf);
  const elsewhere = deliveries.flatMap((delivery, position) => {
    const batch = batchOf(evidence, delivery);
    const origin = origins[position]?.node;
    return batch !== undefined && origin === senderOf(batch)
      ? []
      : [`${delivery.request.remoteAddress} is on ${origin ?? 'no known node'}`];
  });
  const untold = batches.filter((batch) => findCondition(batch, 'Notified')?.status !== 'True');
  const held = nodesStillHeld(nodes);
  return [
    {
      promise: 'one notification a batch, each with an id of its own',
      kept: batches.length > 0 && deliveries.length === batches.length && ids.size === batches.length,
      seen: `${batches.length} batches, ${deliveries.length} deliveries, ${ids.size} ids`,
    },
    {
      promise: 'every node of a batch once in nodes[]',
      kept: deliveries.length > 0 && unfit.length === 0,
      seen: deliveries.map((delivery) => delivery.notification.nodes.length).join(' + '),
    },
    {
      promise: 'each batch has another sender than the batch before',
      kept: senders.length > 0 && senders.every((sender, position) => sender !== 'nobody' && sender !== senders[position - 1]),
      seen: senders.join(' → '),
    },
    {
      promise: 'each notification came from a Pod on the node that its receipt names',
      kept: deliveries.length > 0 && elsewhere.length === 0,
      seen: elsewhere.length > 0 ? elsewhere.join('; ') : origins.map((origin) => origin.evidence).join('; '),
    },
    {
      promise: 'every batch has its receipts',
      kept: batches.length > 0 && untold.length === 0,
      seen: untold.length === 0 ? 'all are Notified' : `not Notified: ${untold.map((batch) => batch.metadata.name).join(', ')}`,
    },
    {
      promise: 'no node is left cordoned, claimed or quarantined',
      kept: nodes.length > 0 && held.length === 0,
      seen: held.length === 0 ? `${nodes.length} nodes are free` : held.join('; '),
    },
  ];
}
