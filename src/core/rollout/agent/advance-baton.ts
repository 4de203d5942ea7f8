import type { NodeRecord, Receipt, UpgradeBatch } from '../../../api/generated/upgradebatch.ts';
import type { Instant, NodeFact, PodFact } from '../../facts.ts';
import { finalReceipts, nextDeliveries, outboxEntries } from '../../baton/deliveries.ts';
import { selects } from '../../selector.ts';
import { agentPodName, buildAgentPod } from '../manifests/agent-pod.ts';
import type { Command } from '../model/command.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { isGoalState } from '../records/batch-goal.ts';
import { inTurn } from '../records/node-record.ts';
import { lossOf, speakingPod, type HolderView } from './holder-loss.ts';
import type { PlanSnapshot } from '../model/snapshot.ts';

/** What the decision about the baton looks at. */
export interface BatonInput extends HolderView {
  readonly fleet: Fleet;
  /** Its records as observed now. */
  readonly records: ReadonlyMap<string, NodeRecord>;
  /** The holder's own turn is next: the baton is to go to a node that is done. */
  readonly holderWaits: boolean;
  /** Receipts on the Lease that are not in a batch's status yet. */
  readonly uncopied: readonly Receipt[];
}

/** What follows for the baton. */
export interface BatonResult {
  readonly commands: readonly Command[];
  /** Why no node may hold the baton; undefined when one does. */
  readonly problem: string | undefined;
  readonly requeueAt?: Instant;
}

/** Node whose agent spoke for a batch: by the receipts of its final notification, else the one that held the baton last. */
function senderOf(batch: UpgradeBatch): string | undefined {
  const delivered = finalReceipts(batch.status?.notification).findLast((receipt) => receipt.outcome === 'Delivered');
  return delivered?.node ?? batch.status?.agent;
}

/** Sender of the batch before: consecutive batches have different senders while two nodes could hold. */
export function previousSender(snapshot: PlanSnapshot, batch: UpgradeBatch): string | undefined {
  const before = snapshot.batches.filter((other) => other.spec.index < batch.spec.index).at(-1);
  return before === undefined ? undefined : senderOf(before);
}

function mayHold(snapshot: PlanSnapshot, node: NodeFact): boolean {
  const allowed = selects(snapshot.plan.spec.notify?.agent?.nodeSelector, node.labels);
  return allowed && node.ready && !node.leaving && node.quarantine === undefined && !node.failedTaint;
}

/** Whether the holder can leave the baton to another node of the batch before its own turn: one that is done, or may yet be. */
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
    if (isGoalState(state)) return mayHold(snapshot, node);
    return isToCome({ snapshot, batch, records }, node);
  });
}

/** The candidates in order of preference: done in this batch, then others of it (the last turn first), then any of the plan. */
function candidates(input: BatonInput, excluded: string | undefined): readonly NodeFact[] {
  const { snapshot, fleet, batch, records } = input;
  const entries = [...batch.spec.nodes].reverse();
  const inBatch = entries.flatMap((entry) => snapshot.nodes.get(entry.name) ?? []);
  const state = (node: NodeFact): NodeRecord['state'] => records.get(node.name)?.state ?? 'Pending';
  const eligible = (nodes: readonly NodeFact[]): readonly NodeFact[] =>
    nodes.filter((node) => mayHold(snapshot, node) && node.name !== excluded);
  const done = eligible(inBatch.filter((node) => isGoalState(state(node))));
  const open = eligible(inBatch.filter((node) => !['Succeeded', 'RolledBack', 'Failed', 'Skipped'].includes(state(node))));
  const names = new Set(batch.spec.nodes.map((entry) => entry.name));
  const others = [...fleet.selected.values()].filter(
    (node) => !names.has(node.name) && (node.claim === undefined || node.done !== undefined),
  );
  // A node that failed or was skipped may be in service again: better it than nobody.
  const passedOver = inBatch.filter((node) => ['Failed', 'Skipped'].includes(state(node)) && node.claim === undefined);
  const rest = eligible([...others, ...passedOver]);
  const previous = previousSender(snapshot, batch);
  const freshFirst = (nodes: readonly NodeFact[]): readonly NodeFact[] => [
    ...nodes.filter((node) => node.name !== previous),
    ...nodes.filter((node) => node.name === previous),
  ];
  if (!input.holderWaits) return freshFirst([...done, ...open, ...rest]);
  // A holder that is next itself waits for one that is done; the previous sender is not to be it while there are others.
  const mayYetBeDone = inBatch.some((node) => node.name !== previous && node.name !== excluded && isToCome(input, node));
  return done.some((node) => node.name !== previous) || mayYetBeDone
    ? done.filter((node) => node.name !== previous)
    : freshFirst([...done, ...rest]);
}

/** Whether a node of the batch may yet be done and take the baton. */
function isToCome({ snapshot, batch, records }: Pick<BatonInput, 'snapshot' | 'batch' | 'records'>, node: NodeFact): boolean {
  const waits = (records.get(node.name)?.state ?? 'Pending') === 'Pending';
  return (waits || inTurn(node, batch)) && selects(snapshot.plan.spec.notify?.agent?.nodeSelector, node.labels);
}

/** The holder of a batch of one stays, unless it told the batch before and somebody else is there. */
function ownHolder(input: BatonInput, current: string | undefined, others: readonly NodeFact[]): readonly NodeFact[] {
  const { snapshot, batch } = input;
  if (batch.spec.nodes.length > 1) return [];
  const previous = previousSender(snapshot, batch);
  if (current === previous && others.some((node) => node.name !== previous)) return [];
  return candidates(input, undefined).filter((node) => node.name === current);
}

function choose(input: BatonInput, pods: readonly PodFact[]): NodeFact | undefined {
  const { lease, batch } = input;
  const current = lease.batchUid === batch.metadata.uid ? lease.holder : undefined;
  const others = candidates(input, current);
  const list = others.length > 0 || input.holderWaits ? others : candidates(input, undefined);
  const preferred = [...ownHolder(input, current, list), ...list];
  // A Pod made before a kill is used again where its node may still hold, and is not to hold only for want of others.
  const first = preferred[0];
  const previous = previousSender(input.snapshot, batch);
  const begun = preferred.find((node) => pods.some((pod) => pod.node === node.name));
  return begun === undefined || (begun.name === previous && first?.name !== previous) ? first : begun;
}

/** Decides who holds the baton, and moves it when it must. */
export function advanceBaton(input: BatonInput): BatonResult {
  const { snapshot, lease, batch, settings, hash } = input;
  const stale = snapshot.agentPods.filter((pod) => !pod.deleting && pod.uid !== lease.agentPodUid);
  const current = lease.batchUid === batch.metadata.uid && lease.holder !== '';
  const loss = current ? lossOf(input) : undefined;
  if (current && loss === undefined && !input.holderWaits)
    return { commands: dismiss(stale, undefined), problem: undefined, ...nextLook(input) };

  const transitions = lease.transitions + 1;
  const name = agentPodName(lease.uid, transitions, hash);
  const prepared = snapshot.agentPods.filter((pod) => pod.name === name);
  const holder = choose(input, prepared);
  if (holder === undefined) {
    // The holder stays while it lives, also when its own turn is next: openTurns asks again.
    const problem =
      current && loss === undefined
        ? undefined
        : `no node of the plan may hold the baton${loss === undefined ? '' : ` (${loss})`}`;
    return { commands: [], problem, ...nextLook(input) };
  }
  const reason = batonReason(input, loss);
  const pod = prepared[0];
  if (pod === undefined) {
    const manifest = buildAgentPod({ plan: snapshot.plan, lease, transitions, node: holder.name, settings, hash });
    const why = `${reason}: ${holder.name} gets the agent for ${batch.metadata.name}`;
    return {
      commands: [{ kind: 'CreateAgentPod', pod: manifest, why }, ...dismiss(stale, name)],
      problem: undefined,
      ...nextLook(input),
    };
  }
  if (pod.deleting || pod.node !== holder.name) {
    // Its name is needed again, and it has nothing to end in order.
    return {
      commands: [{ kind: 'DeleteAgentPod', pod, atOnce: true, why: `${pod.node} can no longer take the baton` }],
      problem: undefined,
      ...nextLook(input),
    };
  }
  const ending = endSpeaker(input, `${reason}: the agent before ${holder.name} ends what it is sending`);
  if (ending !== undefined) return { commands: ending, problem: undefined, ...nextLook(input) };
  const to = { node: holder.name, pod: pod.name, podUid: pod.uid, batch: batch.metadata.name, batchUid: batch.metadata.uid };
  const why = `${reason}: the baton goes to ${holder.name} for ${batch.metadata.name}`;
  return { commands: [{ kind: 'PassBaton', lease, to, receipts: input.uncopied, why }], problem: undefined, ...nextLook(input) };
}

/**
 * An agent that may be sending can put the receipt on the Lease only while that names it: so it is stopped, and waited for, before the baton
 * goes on. Undefined when nothing is left to tell, or when it speaks no more.
 */
function endSpeaker(input: BatonInput, why: string): readonly Command[] | undefined {
  const { snapshot, lease } = input;
  const pod = speakingPod(input);
  if (pod === undefined || nextDeliveries(snapshot.batches.flatMap(outboxEntries), lease.receipts).size === 0) return undefined;
  return pod.deleting ? [] : [{ kind: 'DeleteAgentPod', pod, atOnce: false, why }];
}

function batonReason(input: BatonInput, loss: string | undefined): string {
  if (input.lease.batchUid !== input.batch.metadata.uid) return 'a batch has begun';
  // It may be stopped already, for that very reason.
  if (input.holderWaits || loss === undefined) return `the holder ${input.lease.holder} is next itself`;
  return `the holder ${input.lease.holder} is lost (${loss})`;
}

function dismiss(pods: readonly PodFact[], kept: string | undefined): Command[] {
  return pods
    .filter((pod) => pod.name !== kept)
    .map((pod): Command => ({ kind: 'DeleteAgentPod', pod, atOnce: false, why: `${pod.name} no longer holds the baton` }));
}

function nextLook({ now, settings }: BatonInput): { requeueAt: Instant } {
  return { requeueAt: now + settings.leaseDurationSeconds * 500 };
}
