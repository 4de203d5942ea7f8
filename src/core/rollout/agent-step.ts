import type { NodeRecord, Receipt, UpgradeBatch } from '../../api/generated/upgradebatch.ts';
import type { Instant } from '../facts.ts';
import { isSettled, outstandingSinks } from './batch-step.ts';
import { stepBaton } from './baton-step.ts';
import type { Command } from './command.ts';
import type { Fleet } from './fleet.ts';
import { buildLease } from './lease.ts';
import type { DecisionInput, PlanSnapshot } from './snapshot.ts';

/** Sinks are to be told about this batch: it is open, or somebody has not taken its notification yet. */
export function needsAgent(snapshot: PlanSnapshot, batch: UpgradeBatch): boolean {
  if (!isSettled(batch)) return (snapshot.plan.spec.notify?.sinks ?? []).length > 0;
  return outstandingSinks(batch).length > 0;
}

function uncopiedReceipts(snapshot: PlanSnapshot): readonly Receipt[] {
  const copied = new Set(
    snapshot.batches.flatMap((batch) =>
      (batch.status?.notification?.receipts ?? []).map((receipt) => `${receipt.id} ${receipt.sink}`),
    ),
  );
  return (snapshot.lease?.receipts ?? []).filter((receipt) => !copied.has(`${receipt.id} ${receipt.sink}`));
}

/** What follows for the agent. */
export interface AgentStep {
  readonly commands: readonly Command[];
  readonly problem: string | undefined;
  readonly lookAt: Instant | undefined;
}

/** Decides what becomes of the agent: prepared, moved, or sent home when everything has been told. */
export function stepAgent(
  input: DecisionInput,
  spoken: UpgradeBatch | undefined,
  view: { fleet: Fleet; records: ReadonlyMap<string, NodeRecord>; holderWaits: boolean },
): AgentStep {
  const { snapshot } = input;
  if (spoken === undefined) {
    const idle = snapshot.agentPods.filter((pod) => !pod.deleting);
    const commands = idle.map((pod): Command => ({
      kind: 'DeleteAgentPod',
      pod,
      atOnce: false,
      why: 'everything has been told',
    }));
    return { commands, problem: undefined, lookAt: undefined };
  }
  const { lease } = snapshot;
  if (lease === undefined) {
    const why = 'the baton needs its Lease, and the agent its rights';
    return {
      commands: [{ kind: 'PrepareNamespace', lease: buildLease(snapshot.plan, input.settings), why }],
      problem: undefined,
      lookAt: undefined,
    };
  }
  const step = stepBaton({
    ...view,
    snapshot,
    lease,
    batch: spoken,
    uncopied: uncopiedReceipts(snapshot),
    now: input.now,
    settings: input.settings,
    hash: input.hash,
  });
  return { commands: step.commands, problem: step.problem, lookAt: step.lookAt };
}

/** The batch that the baton is for: the open one, or the newest that is not told yet; its agent tells what is left of earlier ones as well. */
export function spokenFor(snapshot: PlanSnapshot, open: UpgradeBatch | undefined): UpgradeBatch | undefined {
  if (open !== undefined && needsAgent(snapshot, open)) return open;
  const untold = snapshot.batches.findLast((batch) => needsAgent(snapshot, batch));
  const held = snapshot.batches.find((batch) => batch.metadata.uid === snapshot.lease?.batchUid);
  return untold === undefined || held === undefined || held.spec.index < untold.spec.index ? untold : held;
}
