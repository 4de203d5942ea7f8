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

/** Sinks are to be told about this batch: it is open, or somebody has not taken a message of it yet. */
export function needsAgent(snapshot: PlanSnapshot, batch: UpgradeBatch): boolean {
  // Whose sinks are not known has some: a plan without any has none to read.
  if (!isSettled(batch)) return (snapshot.plan.spec.notify?.sinks ?? []).length > 0 || snapshot.sharedSinks.kind === 'Unreadable';
  return outboxEntries(batch).length > 0;
}

/** So many receipts that were copied are left on the Lease before they are cleared: each time is a write that the agent has to follow. */
const MOST_COPIED = 16;

/** Receipts on the Lease that some batch has still to copy; for messages that are on record no more, nobody needs them. */
function uncopiedReceipts({ batches, lease }: PlanSnapshot): readonly Receipt[] {
  return (lease?.receipts ?? []).filter((receipt) =>
    batches.some((batch) => isReceiptOf(batch, receipt) && !isCopied(batch, receipt)),
  );
}

/** Clears the Lease of receipts that are on record, so that a long batch with many alerts does not fill it up. */
function clearReceipts(lease: LeaseFact, uncopied: readonly Receipt[]): readonly Command[] {
  if (lease.receipts.length - uncopied.length < MOST_COPIED) return [];
  return [{ kind: 'ClearReceipts', lease, receipts: uncopied, why: 'the receipts on the Lease are on record' }];
}

/** What follows for the agent. */
export interface AgentResult {
  readonly commands: readonly Command[];
  readonly problem: string | undefined;
  readonly requeueAt: Instant | undefined;
}

/** Decides what becomes of the agent: prepared, moved, or sent home when everything has been told. */
export function advanceAgent(
  input: DecisionInput,
  spoken: UpgradeBatch | undefined,
  view: { fleet: Fleet; records: ReadonlyMap<string, NodeRecord>; holderWaits: boolean },
): AgentResult {
  const { snapshot } = input;
  if (spoken === undefined) {
    const idle = snapshot.agentPods.filter((pod) => !pod.deleting);
    const commands = idle.map((pod): Command => ({
      kind: 'DeleteAgentPod',
      pod,
      atOnce: false,
      why: 'everything has been told',
    }));
    return { commands, problem: undefined, requeueAt: undefined };
  }
  const { lease } = snapshot;
  if (lease === undefined) {
    const why = 'the baton needs its Lease, and the agent its rights';
    return {
      commands: [{ kind: 'PrepareNamespace', lease: buildLease(snapshot.plan, input.settings), why }],
      problem: undefined,
      requeueAt: undefined,
    };
  }
  const uncopied = uncopiedReceipts(snapshot);
  const step = advanceBaton({
    ...view,
    snapshot,
    lease,
    batch: spoken,
    uncopied,
    now: input.now,
    settings: input.settings,
    hash: input.hash,
  });
  const passes = step.commands.some(({ kind }) => kind === 'PassBaton');
  const all = passes ? step.commands : [...step.commands, ...clearReceipts(lease, uncopied)];
  const unknown = sinksUnknown(input);
  const deleting = snapshot.plan.metadata.deletionTimestamp !== undefined;
  if (unknown === undefined || deleting) return { commands: all, problem: step.problem, requeueAt: step.requeueAt };
  // An agent that was made now would lack the shared sinks' Secrets for as long as it lives.
  const commands = all.filter(({ kind }) => kind !== 'CreateAgentPod');
  const kept = commands.length < all.length;
  return { commands, problem: kept ? `no agent is made: ${unknown}` : step.problem, requeueAt: step.requeueAt };
}

/** The batch that the baton is for: the open one, or the newest that is not told yet; its agent tells what is left of earlier ones as well. */
export function spokenFor(snapshot: PlanSnapshot, open: UpgradeBatch | undefined): UpgradeBatch | undefined {
  if (open !== undefined && needsAgent(snapshot, open)) return open;
  const untold = snapshot.batches.findLast((batch) => needsAgent(snapshot, batch));
  const held = snapshot.batches.find((batch) => batch.metadata.uid === snapshot.lease?.batchUid);
  return untold === undefined || held === undefined || held.spec.index < untold.spec.index ? untold : held;
}
