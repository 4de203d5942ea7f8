import { PLAN_REASONS } from '../../../api/conditions.ts';
import type { UpgradeBatch } from '../../../api/generated/upgradebatch.ts';
import type { Gate, GateStatus } from '../../../api/generated/upgradeplan.ts';
import type { Instant } from '../../facts.ts';
import { toInstant } from '../../text.ts';
import type { PassView } from '../fleet/pass-view.ts';
import { holdTraits } from '../model/hold-reasons.ts';
import type { Hold } from '../model/hold.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { inTurn, isTerminal } from '../records/node-record.ts';
import { isSettled } from '../records/settled.ts';
import { gateStatus, judgeGate } from './gate.ts';
import { recordedRollback } from '../records/recorded-rollback.ts';
import type { DecisionInput, PlanSnapshot } from '../model/snapshot.ts';

function gatesFor(snapshot: PlanSnapshot, when: Gate['when']): readonly Gate[] {
  return (snapshot.plan.spec.gates ?? []).filter((gate) => gate.when === when);
}

/** Whether no gate needs to be evaluated, because nothing will start soon. */
export function gatesRest({ budget }: PassView, hold: Hold | undefined): boolean {
  return budget.exceeded || !holdTraits(hold?.reason).gatesEvaluated;
}

/** The gates that whatever starts next has to pass. Only these are evaluated and shown in the plan's status. */
export function gatesToPass(snapshot: PlanSnapshot, fleet: Fleet, open: UpgradeBatch | undefined): readonly Gate[] {
  if (snapshot.plan.metadata.deletionTimestamp !== undefined || recordedRollback(snapshot) !== undefined) return [];
  const waits = open?.spec.nodes.some(({ name }) => {
    const record = fleet.records.get(name);
    return (record === undefined || !isTerminal(record)) && !inTurn(snapshot.nodes.get(name), open);
  });
  if (waits) return gatesFor(snapshot, 'BeforeNode');
  // The batch ends soon, and its notification should say whether the next one may start.
  return fleet.remaining.length > 0 ? gatesFor(snapshot, 'BeforeBatch') : [];
}

/** What the plan's status says about these gates. */
export function gateStatuses(gates: readonly Gate[], input: DecisionInput): readonly GateStatus[] {
  return gates.flatMap((gate) => gateStatus(gate, input) ?? []);
}

/** `when: BeforeBatch`: holds the next batch. While a batch is open this is only for its notification, which ignores unknown gates. */
export function gateBeforeBatch(view: PassView): Hold | undefined {
  const settled = view.input.snapshot.batches.every(isSettled);
  return closedGate(view, 'BeforeBatch', settled ? HOLDING : HOLDING.filter((kind) => kind !== 'Unknown'));
}

/** Whether all gates that hold the next batch are open; undefined if the plan has none. */
export function gatesBeforeNextBatch({ input }: PassView): 'Open' | 'Unknown' | undefined {
  const gates = gatesFor(input.snapshot, 'BeforeBatch');
  if (gates.length === 0) return undefined;
  return gates.every((gate) => judgeGate(gate, input).kind === 'Open') ? 'Open' : 'Unknown';
}

/** `when: BeforeNode`: holds each turn of the open batch. */
export function gateBeforeNode(view: PassView): Hold | undefined {
  return closedGate(view, 'BeforeNode', HOLDING);
}

/** The verdicts that hold, the most definite first. */
const HOLDING = ['Closed', 'Unknown', 'Opening'] as const;

/** The hold of the first gate with one of these verdicts, in the order of the verdicts. */
function closedGate({ input }: PassView, when: Gate['when'], kinds: readonly (typeof HOLDING)[number][]): Hold | undefined {
  const verdicts = gatesFor(input.snapshot, when).map((gate) => judgeGate(gate, input));
  const worst = kinds.flatMap((kind) => verdicts.find((verdict) => verdict.kind === kind) ?? [])[0];
  if (worst === undefined || worst.kind === 'Open') return undefined;
  const hold = { reason: PLAN_REASONS.GateClosed, message: worst.message, summary: 'Waiting', kind: 'Working' } as const;
  return worst.kind === 'Opening' ? { ...hold, until: worst.until } : hold;
}

/** How gates affect a soak. */
interface SoakGates {
  /** Message about a gate that is closed and so interrupts the soak. */
  readonly closed: string | undefined;
  /** When the last gate to open again did so, which starts the soak again. */
  readonly reopened: Instant | undefined;
}

/** How the gates BeforeBatch affect the soak. A gate that cannot be evaluated does not affect it, but holds the next batch after it. */
export function soakGates(input: DecisionInput): SoakGates {
  const gates = gatesFor(input.snapshot, 'BeforeBatch');
  const reopened = gateStatuses(gates, input).flatMap((status) => toInstant(status.closedTime) ?? []);
  return {
    closed: gates.map((gate) => judgeGate(gate, input)).find((verdict) => verdict.kind === 'Closed')?.message,
    reopened: reopened.length === 0 ? undefined : Math.max(...reopened),
  };
}
