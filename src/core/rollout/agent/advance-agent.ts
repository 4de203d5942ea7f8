import type { NodeRecord, Receipt, UpgradeBatch } from '../../../api/generated/upgradebatch.ts';
import { isCopied, isReceiptOf, outboxEntries } from '../../baton/deliveries.ts';
import type { Instant } from '../../facts.ts';
import { sinksUnknown } from '../fleet/sinks-unknown.ts';
import type { LeaseFact } from '../model/facts.ts';
import { isSettled } from '../records/settled.ts';
import { advanceBaton } from './advance-baton.ts';
import type { Command } from '../model/command.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { buildLease } from '../manifests/lease.ts';
import type { DecisionInput, PlanSnapshot } from '../model/snapshot.ts';

/** Whether the batch needs an agent: it is open and the plan has sinks, or a sink has not received a message of the batch yet. */
export function needsAgent(snapshot: PlanSnapshot, batch: UpgradeBatch): boolean {
  // Only a plan that refers to shared sinks can have Unreadable ones.
  if (!isSettled(batch)) return (snapshot.plan.spec.notify?.sinks ?? []).length > 0 || snapshot.sharedSinks.kind === 'Unreadable';
  return outboxEntries(batch).length > 0;
}

/** Number of copied receipts at which the Lease is cleared. Each time costs a write that the agent has to observe. */
const MAX_COPIED = 16;

/** Receipts on the Lease that are not in the status of their batch yet. Receipts of messages that no batch has any more are not needed. */
function uncopiedReceipts({ batches, lease }: PlanSnapshot): readonly Receipt[] {
  return (lease?.receipts ?? []).filter((receipt) =>
    batches.some((batch) => isReceiptOf(batch, receipt) && !isCopied(batch, receipt)),
  );
}

/** Removes copied receipts from the Lease, so that it does not grow during a long batch with many alerts. */
function clearReceipts(lease: LeaseFact, uncopied: readonly Receipt[]): readonly Command[] {
  if (lease.receipts.length - uncopied.length < MAX_COPIED) return [];
  return [
    { kind: 'ClearReceipts', lease, receipts: uncopied, why: 'the receipts on the Lease are in the status of their batches' },
  ];
}

/** What to do about the agent. */
export interface AgentResult {
  readonly commands: readonly Command[];
  /** Why no agent can send notifications; undefined if one can, or none is needed. */
  readonly problem: string | undefined;
  readonly requeueAt: Instant | undefined;
}

/**
 * Creates the agent, moves it to another node, or deletes it once everything has been sent.
 *
 * @param batch the batch that the baton is for; undefined if no agent is needed.
 */
export function advanceAgent(
  input: DecisionInput,
  batch: UpgradeBatch | undefined,
  view: { fleet: Fleet; records: ReadonlyMap<string, NodeRecord>; holderWaits: boolean },
): AgentResult {
  const { snapshot } = input;
  if (batch === undefined) {
    const idle = snapshot.agentPods.filter((pod) => !pod.deleting);
    const commands = idle.map((pod): Command => ({
      kind: 'DeleteAgentPod',
      pod,
      atOnce: false,
      why: 'all notifications have been sent',
    }));
    return { commands, problem: undefined, requeueAt: undefined };
  }
  const { lease } = snapshot;
  if (lease === undefined) {
    const why = 'the baton needs its Lease, and the agent its permissions';
    return {
      commands: [{ kind: 'PrepareNamespace', lease: buildLease(snapshot.plan, input.settings), why }],
      problem: undefined,
      requeueAt: undefined,
    };
  }
  const uncopied = uncopiedReceipts(snapshot);
  const baton = advanceBaton({
    ...view,
    snapshot,
    lease,
    batch,
    uncopied,
    now: input.now,
    settings: input.settings,
    hash: input.hash,
  });
  const passes = baton.commands.some(({ kind }) => kind === 'PassBaton');
  const all = passes ? baton.commands : [...baton.commands, ...clearReceipts(lease, uncopied)];
  const unknown = sinksUnknown(input);
  const deleting = snapshot.plan.metadata.deletionTimestamp !== undefined;
  if (unknown === undefined || deleting) return { commands: all, problem: baton.problem, requeueAt: baton.requeueAt };
  // An agent that is created now would never get the Secrets of the shared sinks.
  const commands = all.filter(({ kind }) => kind !== 'CreateAgentPod');
  const isHeld = commands.length < all.length;
  return { commands, problem: isHeld ? `no agent is created: ${unknown}` : baton.problem, requeueAt: baton.requeueAt };
}

/**
 * The batch that the baton is for: the open one, or else the newest one with messages that are not delivered. Its agent also delivers what is left
 * of earlier batches.
 */
export function batchOfBaton(snapshot: PlanSnapshot, open: UpgradeBatch | undefined): UpgradeBatch | undefined {
  if (open !== undefined && needsAgent(snapshot, open)) return open;
  const undelivered = snapshot.batches.findLast((batch) => needsAgent(snapshot, batch));
  const held = snapshot.batches.find((batch) => batch.metadata.uid === snapshot.lease?.batchUid);
  return undelivered === undefined || held === undefined || held.spec.index < undelivered.spec.index ? undelivered : held;
}
