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

/** Gates that hold something which is to start: those whose state matters, and is kept in the plan's status. */
export function gatesThatMatter(snapshot: PlanSnapshot, fleet: Fleet, open: UpgradeBatch | undefined): readonly Gate[] {
  if (snapshot.plan.metadata.deletionTimestamp !== undefined || recordedRollback(snapshot) !== undefined) return [];
  const waits = open?.spec.nodes.some(({ name }) => {
    const record = fleet.records.get(name);
    return (record === undefined || !isTerminal(record)) && !inTurn(snapshot.nodes.get(name), open);
  });
  if (waits) return gatesFor(snapshot, 'BeforeNode');
  // The batch ends soon, and its message is to tell whether the next one may start.
  return fleet.remaining.length > 0 ? gatesFor(snapshot, 'BeforeBatch') : [];
}

/** What the plan's status tells of these gates. */
export function gateStatuses(gates: readonly Gate[], input: DecisionInput): readonly GateStatus[] {
  return gates.flatMap((gate) => gateStatus(gate, input) ?? []);
}

/** Gates BeforeBatch hold the next batch. While one is open nothing is held: the notification only says what is known. */
export function gateBeforeBatch(view: PassView): Hold | undefined {
  const settled = view.input.snapshot.batches.every(isSettled);
  return closedGate(view, 'BeforeBatch', settled ? HOLDING : HOLDING.filter((kind) => kind !== 'Unknown'));
}

/** Whether all gates are open that the next batch waits for; undefined where the plan has none. */
export function gatesToCome({ input }: PassView): 'Open' | 'Unknown' | undefined {
  const gates = gatesFor(input.snapshot, 'BeforeBatch');
  if (gates.length === 0) return undefined;
  return gates.every((gate) => judgeGate(gate, input).kind === 'Open') ? 'Open' : 'Unknown';
}

/** Gates BeforeNode hold each turn of the open batch. */
export function gateBeforeNode(view: PassView): Hold | undefined {
  return closedGate(view, 'BeforeNode', HOLDING);
}

/** What holds: a gate that was seen closed is told before one that only has to be open for longer. */
const HOLDING = ['Closed', 'Unknown', 'Opening'] as const;

/** The gate that holds, of those that are so. */
function closedGate({ input }: PassView, when: Gate['when'], kinds: readonly (typeof HOLDING)[number][]): Hold | undefined {
  const verdicts = gatesFor(input.snapshot, when).map((gate) => judgeGate(gate, input));
  const worst = kinds.flatMap((kind) => verdicts.find((verdict) => verdict.kind === kind) ?? [])[0];
  if (worst === undefined || worst.kind === 'Open') return undefined;
  const hold = { reason: PLAN_REASONS.GateClosed, message: worst.message, summary: 'Waiting', kind: 'Working' } as const;
  return worst.kind === 'Opening' ? { ...hold, until: worst.until } : hold;
}

/** What gates do to a soak. */
export interface SoakGates {
  /** What is said of a gate that is closed, which stops the soak. */
  readonly closed: string | undefined;
  /** When the last gate that was closed had opened, which starts the soak again. */
  readonly reopened: Instant | undefined;
}

/** Looks at the gates BeforeBatch while a batch soaks. One that could not be looked at does nothing to the soak: it holds after it. */
export function soakGates(input: DecisionInput): SoakGates {
  const gates = gatesFor(input.snapshot, 'BeforeBatch');
  const reopened = gateStatuses(gates, input).flatMap((status) => toInstant(status.closedTime) ?? []);
  return {
    closed: gates.map((gate) => judgeGate(gate, input)).find((verdict) => verdict.kind === 'Closed')?.message,
    reopened: reopened.length === 0 ? undefined : Math.max(...reopened),
  };
}
