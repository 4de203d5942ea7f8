import { NODE_REASONS } from '../../api/conditions.ts';
import type { BatchOutlook, NodeRecord, Receipt, UpgradeBatch, UpgradeBatchStatus } from '../../api/generated/upgradebatch.ts';
import type { UpgradePlanStatus } from '../../api/generated/upgradeplan.ts';
import { FINALIZERS } from '../../api/names.ts';
import type { Instant } from '../facts.ts';
import { toInstant } from '../text.ts';
import { answerActions } from './answer-actions.ts';
import { batchStatus, endWaiting, isSettled, outstandingSinks, stepNodes, type WaitEnd } from './batch-step.ts';
import { canHandOver, stepBaton } from './baton-step.ts';
import type { Command } from './command.ts';
import { buildBatch, cutNextBatch, type NextBatch } from './cut-batch.ts';
import { finishDeletion, isTearingDown, tearDown } from './deletion.ts';
import { downNodes, failureBudget, surveyFleet, type Budget, type Fleet } from './fleet.ts';
import { buildLease } from './lease.ts';
import { openTurns, type TurnsStep } from './open-turns.ts';
import { outlookFor } from './outlook.ts';
import { planStatus } from './plan-status.ts';
import type { DecisionInput, PlanSnapshot } from './snapshot.ts';

/** What one pass of the operator is to do and to write. */
export interface Decision {
  readonly commands: readonly Command[];
  /** The plan's status; undefined when it is left alone. */
  readonly planStatus: UpgradePlanStatus | undefined;
  /** Statuses of the batches that this pass looked at, by name. */
  readonly batchStatuses: ReadonlyMap<string, UpgradeBatchStatus>;
  /** When to look again although nothing changes. */
  readonly lookAt: Instant | undefined;
}

/** The next batch waits so long for the last one's delivery (ms), then carries its backlog. */
const DELIVERY_WAIT_MS = 30_000;
/** A batch's first turn waits so long for an agent (ms): no sink may stop an upgrade. */
const BATON_WAIT_MS = 30_000;

type Fate = { readonly kind: 'Go' | 'Hold' } | { readonly kind: 'End'; readonly end: WaitEnd };

/**
 * Decides one pass over one plan: a pure function of the snapshot and the time. Everything is derived again from the cluster, so a
 * kill between any two commands loses nothing; and each command is safe to be carried out twice.
 */
export function decide(input: DecisionInput): Decision {
  const { snapshot } = input;
  if (isTearingDown(snapshot)) return tearDown(input);
  const deleting = snapshot.plan.metadata.deletionTimestamp !== undefined;
  const held = snapshot.plan.metadata.finalizers?.includes(FINALIZERS.plan) ?? false;
  if (!held) {
    // Nothing is touched before the finalizer stands: otherwise a deletion in between would leave nodes behind.
    const commands: Command[] = deleting ? [] : [{ kind: 'HoldPlan', why: 'the plan must not go before its nodes are released' }];
    return { commands, planStatus: undefined, batchStatuses: new Map(), lookAt: undefined };
  }
  return pass(input, deleting);
}

function fateOf(snapshot: PlanSnapshot, batch: UpgradeBatch, budget: Budget): Fate {
  const end = (reason: WaitEnd['reason'], message: string): Fate => ({ kind: 'End', end: { reason, message } });
  if (snapshot.plan.metadata.deletionTimestamp !== undefined) return end(NODE_REASONS.PlanDeleted, 'the plan was deleted');
  if (batch.spec.revision !== snapshot.revision) return end(NODE_REASONS.Superseded, `the plan moved on to ${snapshot.plan.spec.version}`);
  if (budget.exceeded) return end(NODE_REASONS.BudgetExceeded, budget.message);
  if (snapshot.plan.spec.paused || snapshot.validation.kind !== 'Valid') return { kind: 'Hold' };
  return { kind: 'Go' };
}

function withRecords(snapshot: PlanSnapshot, batch: UpgradeBatch, records: ReadonlyMap<string, NodeRecord>): PlanSnapshot {
  const batches = snapshot.batches.map((other) =>
    other === batch ? { ...batch, status: { ...batch.status, nodes: [...records.values()] } } : other,
  );
  return { ...snapshot, batches };
}

const NO_TURNS: TurnsStep = { skipped: new Map(), commands: [], hold: undefined, holderWaits: false };

/** Sinks are to be told about this batch: it is open, or somebody has not taken its notification yet. */
function needsAgent(snapshot: PlanSnapshot, batch: UpgradeBatch): boolean {
  if (!isSettled(batch)) return (snapshot.plan.spec.notify?.sinks ?? []).length > 0;
  return outstandingSinks(batch).length > 0;
}

function uncopiedReceipts(snapshot: PlanSnapshot): readonly Receipt[] {
  const copied = new Set(
    snapshot.batches.flatMap((batch) => (batch.status?.notification?.receipts ?? []).map((receipt) => `${receipt.id} ${receipt.sink}`)),
  );
  return (snapshot.lease?.receipts ?? []).filter((receipt) => !copied.has(`${receipt.id} ${receipt.sink}`));
}

interface Agent {
  readonly commands: readonly Command[];
  readonly problem: string | undefined;
  readonly lookAt: Instant | undefined;
}

function stepAgent(input: DecisionInput, spoken: UpgradeBatch | undefined, view: { fleet: Fleet; records: ReadonlyMap<string, NodeRecord>; holderWaits: boolean }): Agent {
  const { snapshot } = input;
  if (spoken === undefined) {
    const idle = snapshot.agentPods.filter((pod) => !pod.deleting);
    const commands = idle.map((pod): Command => ({ kind: 'DeleteAgentPod', pod, why: 'everything has been told' }));
    return { commands, problem: undefined, lookAt: undefined };
  }
  const { lease } = snapshot;
  if (lease === undefined) {
    const why = 'the baton needs its Lease, and the agent its rights';
    return { commands: [{ kind: 'PrepareNamespace', lease: buildLease(snapshot.plan, input.settings), why }], problem: undefined, lookAt: undefined };
  }
  const step = stepBaton({ ...view, snapshot, lease, batch: spoken, uncopied: uncopiedReceipts(snapshot), now: input.now, settings: input.settings, hash: input.hash });
  return { commands: step.commands, problem: step.problem, lookAt: step.lookAt };
}

function mayOpenTurns(input: DecisionInput, batch: UpgradeBatch): boolean {
  const { snapshot, now } = input;
  if (!needsAgent(snapshot, batch) || snapshot.lease?.batchUid === batch.metadata.uid) return true;
  return now > (toInstant(batch.metadata.creationTimestamp) ?? now) + BATON_WAIT_MS;
}

function pass(input: DecisionInput, deleting: boolean): Decision {
  const { now } = input;
  const open = input.snapshot.batches.find((batch) => !isSettled(batch));
  const commands: Command[] = [];
  const looks: (Instant | undefined)[] = [];

  // Observe: what the facts say of the open batch's nodes; failures seen now count before anything new starts.
  let records: ReadonlyMap<string, NodeRecord> = new Map();
  if (open !== undefined) {
    const nodes = stepNodes(input, open);
    records = nodes.records;
    commands.push(...nodes.commands);
    looks.push(nodes.lookAt);
  }
  const snapshot = open === undefined ? input.snapshot : withRecords(input.snapshot, open, records);
  const fleet = surveyFleet(snapshot);
  const budget = failureBudget(snapshot, fleet);
  const actions = answerActions(input, fleet, budget);
  commands.push(...actions.commands);

  // Decide: turns of the open batch.
  let turns = NO_TURNS;
  if (open !== undefined) {
    const fate = fateOf(snapshot, open, budget);
    if (fate.kind === 'End') records = endWaiting(input, open, records, fate.end);
    if (fate.kind === 'Go') turns = turnsOf(input, { snapshot, fleet, open, records });
    if (turns.skipped.size > 0) records = new Map([...records, ...turns.skipped]);
    commands.push(...turns.commands);
  }

  // The baton: it speaks for the open batch, or for the newest that is not told yet.
  const spoken = open ?? input.snapshot.batches.findLast((batch) => needsAgent(input.snapshot, batch));
  const recordsSpoken = spoken === open ? records : new Map((spoken?.status?.nodes ?? []).map((record) => [record.name, record]));
  const wanted = spoken !== undefined && needsAgent(input.snapshot, spoken) ? spoken : undefined;
  const agent = stepAgent(input, wanted, { fleet, records: recordsSpoken, holderWaits: turns.holderWaits });
  commands.push(...agent.commands);
  looks.push(agent.lookAt);

  // The next batch.
  const next = open === undefined && !deleting ? nextBatch(input, fleet, budget) : undefined;
  if (next?.batch !== undefined) {
    const batch = buildBatch(input.snapshot, fleet, next.batch);
    commands.push({ kind: 'CreateBatch', batch, why: `${next.batch.nodes.length} nodes go next` });
  }
  looks.push(next?.lookAt);

  // Report.
  const after = open === undefined ? input.snapshot : withRecords(input.snapshot, open, records);
  const fleetAfter = surveyFleet(after);
  const budgetAfter = failureBudget(after, fleetAfter);
  const statuses = new Map<string, UpgradeBatchStatus>();
  const outlook = (): BatchOutlook => outlookFor({ snapshot: after, fleet: fleetAfter, budget: budgetAfter });
  const downNow = downNodes(snapshot, fleet).length;
  for (const batch of input.snapshot.batches) {
    const own = batch === open ? records : settledRecords(input, batch, actions.resumed.has(batch.metadata.name));
    if (own === undefined) continue;
    const status = batchStatus({ input, batch, records: own, downNow, outlook, agentProblem: agent.problem });
    const resumed = actions.resumed.get(batch.metadata.name);
    statuses.set(batch.metadata.name, resumed === undefined ? status : { ...status, resumed });
  }
  const tidy = finishDeletion(input, deleting, open);
  commands.push(...tidy.commands);
  looks.push(tidy.lookAt);
  const lookAt = looks.reduce<Instant | undefined>((a, b) => (b === undefined ? a : Math.min(a ?? b, b)), undefined);
  const status = planStatus({ input, fleet: fleetAfter, budget: budgetAfter, open, hold: turns.hold, notifying: next?.notifying ?? false, agentProblem: agent.problem });
  return { commands, planStatus: status, batchStatuses: statuses, lookAt: lookAt === undefined ? undefined : Math.max(lookAt, now) };
}

function turnsOf(
  input: DecisionInput,
  view: { snapshot: PlanSnapshot; fleet: Fleet; open: UpgradeBatch; records: ReadonlyMap<string, NodeRecord> },
): TurnsStep {
  const { snapshot, fleet, open, records } = view;
  if (!mayOpenTurns(input, open)) {
    return { ...NO_TURNS, hold: { reason: 'BatonMoving', message: 'waiting for the batch to have its notification agent' } };
  }
  const { lease } = snapshot;
  const holder = lease?.batchUid === open.metadata.uid && needsAgent(snapshot, open) ? lease.holder : undefined;
  const holderCanHandOver = holder !== undefined && canHandOver(snapshot, open, records, holder);
  return openTurns({ snapshot, fleet, batch: open, records, holder, holderCanHandOver, now: input.now });
}

/** Records of a settled batch that may still change: quarantines end, receipts arrive, a Resume is noted. Undefined: nothing can. */
function settledRecords(input: DecisionInput, batch: UpgradeBatch, resumed: boolean): ReadonlyMap<string, NodeRecord> | undefined {
  const quarantined = batch.status?.nodes?.some((record) => record.quarantined === true) ?? false;
  if (!resumed && !quarantined && outstandingSinks(batch).length === 0) return undefined;
  return stepNodes(input, batch).records;
}

interface NextStep {
  readonly batch: NextBatch | undefined;
  readonly notifying: boolean;
  readonly lookAt: Instant | undefined;
}

function nextBatch({ snapshot, now }: DecisionInput, fleet: Fleet, budget: Budget): NextStep {
  const none: NextStep = { batch: undefined, notifying: false, lookAt: undefined };
  if (snapshot.plan.spec.paused || snapshot.validation.kind !== 'Valid' || budget.exceeded) return none;
  const batch = cutNextBatch(snapshot, fleet);
  if (batch === undefined) return none;
  const last = snapshot.batches.at(-1);
  const until = (toInstant(last?.status?.settledTime) ?? 0) + DELIVERY_WAIT_MS;
  if (last !== undefined && outstandingSinks(last).length > 0 && now < until) return { batch: undefined, notifying: true, lookAt: until };
  return { batch, notifying: false, lookAt: undefined };
}
