import type { NodeRecord, Receipt, UpgradeBatch } from '../../../api/generated/upgradebatch.ts';
import { finalReceipts } from '../../baton/deliveries.ts';
import type { NodeFact, PodFact } from '../../facts.ts';
import { selects } from '../../selector.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { PlanSnapshot } from '../model/snapshot.ts';
import { isGoalState } from '../records/batch-goal.ts';
import { inTurn } from '../records/node-record.ts';
import type { HolderInput } from './holder-loss.ts';

/** What decides about the baton. */
export interface BatonInput extends HolderInput {
  readonly fleet: Fleet;
  /** The records of the batch in this pass, by node. */
  readonly records: ReadonlyMap<string, NodeRecord>;
  /** Whether the holder's own turn is next, so that the baton has to go to a node that is done. */
  readonly holderWaits: boolean;
  /** Receipts on the Lease that are not in the status of their batch yet. */
  readonly uncopied: readonly Receipt[];
}

/** The node that sent the final notification of a batch, by its receipts; else the last holder. */
function senderOf(batch: UpgradeBatch): string | undefined {
  const delivered = finalReceipts(batch.status?.notification).findLast((receipt) => receipt.outcome === 'Delivered');
  return delivered?.node ?? batch.status?.agent;
}

/** The sender for the batch before. Consecutive batches have different senders if two nodes can hold the baton. */
function previousSender(snapshot: PlanSnapshot, batch: UpgradeBatch): string | undefined {
  const before = snapshot.batches.filter((other) => other.spec.index < batch.spec.index).at(-1);
  return before === undefined ? undefined : senderOf(before);
}

function canHold(snapshot: PlanSnapshot, node: NodeFact): boolean {
  const allowed = selects(snapshot.plan.spec.notify?.agent?.nodeSelector, node.labels);
  return allowed && node.ready && !node.leaving && node.quarantine === undefined && !node.failedTaint;
}

/** Whether the holder can pass the baton to another node of the batch before its own turn: one that is done, or will be. */
export function canHandOver(
  snapshot: PlanSnapshot,
  batch: UpgradeBatch,
  records: ReadonlyMap<string, NodeRecord>,
  holder: string,
): boolean {
  return batch.spec.nodes.some((entry) => {
    const node = snapshot.nodes.get(entry.name);
    const state = records.get(entry.name)?.state ?? 'Pending';
    if (entry.name === holder || node === undefined) return false;
    if (isGoalState(state)) return canHold(snapshot, node);
    return mayBeDoneLater({ snapshot, batch, records }, node);
  });
}

/** The candidates in order of preference: nodes that are done in this batch, then its other nodes (the last turn first), then the rest. */
function candidates(input: BatonInput, excluded: string | undefined): readonly NodeFact[] {
  const { snapshot, fleet, batch, records } = input;
  const entries = [...batch.spec.nodes].reverse();
  const inBatch = entries.flatMap((entry) => snapshot.nodes.get(entry.name) ?? []);
  const state = (node: NodeFact): NodeRecord['state'] => records.get(node.name)?.state ?? 'Pending';
  const eligible = (nodes: readonly NodeFact[]): readonly NodeFact[] =>
    nodes.filter((node) => canHold(snapshot, node) && node.name !== excluded);
  const done = eligible(inBatch.filter((node) => isGoalState(state(node))));
  const open = eligible(inBatch.filter((node) => !['Succeeded', 'RolledBack', 'Failed', 'Skipped'].includes(state(node))));
  const names = new Set(batch.spec.nodes.map((entry) => entry.name));
  const others = [...fleet.selected.values()].filter(
    (node) => !names.has(node.name) && (node.claim === undefined || node.done !== undefined),
  );
  // A node that failed or was skipped may be in service again, and is better than none.
  const lastResort = inBatch.filter((node) => ['Failed', 'Skipped'].includes(state(node)) && node.claim === undefined);
  const rest = eligible([...others, ...lastResort]);
  const previous = previousSender(snapshot, batch);
  const previousLast = (nodes: readonly NodeFact[]): readonly NodeFact[] => [
    ...nodes.filter((node) => node.name !== previous),
    ...nodes.filter((node) => node.name === previous),
  ];
  if (!input.holderWaits) return previousLast([...done, ...open, ...rest]);
  // Before its own turn, the holder waits for a node that is done, other than the previous sender if there is one.
  const mayYetBeDone = inBatch.some((node) => node.name !== previous && node.name !== excluded && mayBeDoneLater(input, node));
  return done.some((node) => node.name !== previous) || mayYetBeDone
    ? done.filter((node) => node.name !== previous)
    : previousLast([...done, ...rest]);
}

/** Whether a node of the batch waits or is in its turn, and so may be done later and take the baton. */
function mayBeDoneLater(
  { snapshot, batch, records }: Pick<BatonInput, 'snapshot' | 'batch' | 'records'>,
  node: NodeFact,
): boolean {
  const waits = (records.get(node.name)?.state ?? 'Pending') === 'Pending';
  return (waits || inTurn(node, batch)) && selects(snapshot.plan.spec.notify?.agent?.nodeSelector, node.labels);
}

/** The holder of a batch of one node, which keeps the baton unless it was the previous sender and there is another candidate. */
function holderOfOneNode(input: BatonInput, current: string | undefined, others: readonly NodeFact[]): readonly NodeFact[] {
  const { snapshot, batch } = input;
  if (batch.spec.nodes.length > 1) return [];
  const previous = previousSender(snapshot, batch);
  if (current === previous && others.some((node) => node.name !== previous)) return [];
  return candidates(input, undefined).filter((node) => node.name === current);
}

/** The node to give the baton to; undefined if no node can hold it. `prepared` are Pods that already exist for the next holder. */
export function chooseHolder(input: BatonInput, prepared: readonly PodFact[]): NodeFact | undefined {
  const { lease, batch } = input;
  const current = lease.batchUid === batch.metadata.uid ? lease.holder : undefined;
  const others = candidates(input, current);
  const list = others.length > 0 || input.holderWaits ? others : candidates(input, undefined);
  const preferred = [...holderOfOneNode(input, current, list), ...list];
  // A Pod that was created before a kill is used, unless its node is the previous sender and not the first choice.
  const first = preferred[0];
  const previous = previousSender(input.snapshot, batch);
  const withPod = preferred.find((node) => prepared.some((pod) => pod.node === node.name));
  return withPod === undefined || (withPod.name === previous && first?.name !== previous) ? first : withPod;
}
