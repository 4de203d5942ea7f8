import { NODE_REASONS } from '../../api/conditions.ts';
import type { NodeRecord, UpgradeBatch } from '../../api/generated/upgradebatch.ts';
import { FINALIZERS } from '../../api/names.ts';
import type { Instant } from '../facts.ts';
import { toInstant } from '../text.ts';
import { needsAgent, spokenFor, advanceAgent } from './agent/advance-agent.ts';
import { skippedByActions } from './actions/skip.ts';
import { decideGroup } from './batch/exclusive-group.ts';
import type { PassView } from './fleet/pass-view.ts';
import type { Decision } from './model/decision.ts';
import type { Hold } from './model/hold.ts';
import { isSettled } from './records/settled.ts';
import { alertDueAt } from './status/batch/alerts.ts';
import { answerActions } from './actions/answer-actions.ts';
import { batchStatuses } from './status/batch/batch-statuses.ts';
import { canHandOver } from './agent/advance-baton.ts';
import type { Command } from './model/command.ts';
import { decidedEnd, recordedEnd } from './fleet/rollout-end.ts';
import { deliveryFailureEvents } from './status/batch/delivery-events.ts';
import { decideDeletions, isTearingDown, tearDown } from './deletion.ts';
import { gateStatuses, gatesRest, gatesThatMatter } from './holds/gates.ts';
import { holdOpenBatch, holdRollback, holdStart, holdTurn } from './holds/holds.ts';
import { failureBudget } from './fleet/budget.ts';
import { surveyFleet, type Fleet } from './fleet/fleet.ts';
import { nextBatch, NO_NEXT_BATCH, type NextBatchResult } from './batch/next-batch.ts';
import { batonMoving, openTurns, type OpenTurnsResult } from './batch/open-turns.ts';
import { markOutdated } from './batch/outdated-marks.ts';
import { decidedRollback } from './rollback/decided.ts';
import { nextRollback } from './rollback/next-rollback.ts';
import { hasOtherFormat, writerOf } from './records/batch-format.ts';
import { recordedRollback } from './records/recorded-rollback.ts';
import { planStatus } from './status/plan/plan-status.ts';
import { decidePrePull } from './preparation/pre-pull.ts';
import { rolloutTroubles } from './status/batch/rollout-troubles.ts';
import { decidePreflight, validationFor } from './preparation/preflight.ts';
import type { DecisionInput, PlanSnapshot } from './model/snapshot.ts';
import { soaking } from './holds/soak.ts';
import { trackProgress } from './status/plan/stall.ts';
import { advanceNodes } from './turn/advance-nodes.ts';
import { markNotAttempted, type EarlyEnd } from './turn/mark-not-attempted.ts';

/** A batch's first turn waits so long for an agent (ms): no sink may stop an upgrade. */
const BATON_WAIT_MS = 30_000;

type Fate =
  | { readonly kind: 'Go' }
  | { readonly kind: 'Hold'; readonly hold: Hold | undefined }
  | { readonly kind: 'End'; readonly end: EarlyEnd };

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
    const commands: Command[] = deleting
      ? []
      : [{ kind: 'AddFinalizer', why: 'the plan must not go before its nodes are released' }];
    return { commands, planStatus: undefined, batchStatuses: new Map(), lookAt: undefined, gates: [] };
  }
  const validation = validationFor(snapshot);
  return pass({ ...input, snapshot: { ...snapshot, validation } }, deleting);
}

function fateOf(view: PassView, batch: UpgradeBatch): Fate {
  const { budget } = view;
  const { snapshot } = view.input;
  const end = (reason: EarlyEnd['reason'], message: string): Fate => ({ kind: 'End', end: { reason, message } });
  if (snapshot.plan.metadata.deletionTimestamp !== undefined) return end(NODE_REASONS.PlanDeleted, 'the plan was deleted');
  if (batch.spec.revision !== snapshot.revision)
    return end(NODE_REASONS.Superseded, `the plan moved on to ${snapshot.plan.spec.version}`);
  const over = decidedEnd(view.input, budget);
  if (over !== undefined) return end(NODE_REASONS.Aborted, `the rollout was aborted: ${over.message}`);
  const rollback = decidedRollback(view);
  if (batch.spec.rollback?.decidedTime !== rollback?.time) {
    return end(NODE_REASONS.RollingBack, `the rollout is rolled back: ${rollback?.message ?? 'not any more'}`);
  }
  if (budget.exceeded) return end(NODE_REASONS.BudgetExceeded, budget.brief);
  if (hasOtherFormat(batch)) return end(NODE_REASONS.MadeByOlderVersion, `${writerOf(batch)} created ${batch.metadata.name}`);
  const hold = rollback === undefined ? holdOpenBatch(view) : holdRollback(view);
  // A refused spec says so itself.
  if (hold !== undefined || snapshot.validation.kind === 'Refused') return { kind: 'Hold', hold };
  return { kind: 'Go' };
}

function withRecords(snapshot: PlanSnapshot, batch: UpgradeBatch, records: ReadonlyMap<string, NodeRecord>): PlanSnapshot {
  const batches = snapshot.batches.map((other) =>
    other === batch ? { ...batch, status: { ...batch.status, nodes: [...records.values()] } } : other,
  );
  return { ...snapshot, batches };
}

const NO_TURNS: OpenTurnsResult = { skipped: new Map(), commands: [], hold: undefined, holderWaits: false };

function mayOpenTurns(input: DecisionInput, batch: UpgradeBatch): boolean {
  const { snapshot, now } = input;
  if (!needsAgent(snapshot, batch) || snapshot.lease?.batchUid === batch.metadata.uid) return true;
  return now > (toInstant(batch.metadata.creationTimestamp) ?? now) + BATON_WAIT_MS;
}

/** The open batch after this pass's look at it. */
interface OpenBatchResult {
  readonly commands: readonly Command[];
  readonly records: ReadonlyMap<string, NodeRecord>;
  readonly turns: OpenTurnsResult;
  readonly lookAt: Instant | undefined;
}

/** Steps the open batch: what the facts say of its nodes comes first, so that failures seen now count before anything new starts. */
function advanceOpenBatch(input: DecisionInput, open: UpgradeBatch): OpenBatchResult {
  const nodes = advanceNodes(input, open);
  const snapshot = withRecords(input.snapshot, open, nodes.records);
  const fleet = surveyFleet(snapshot);
  const view = { input: { ...input, snapshot }, fleet, budget: failureBudget(snapshot, fleet) };
  const fate = fateOf(view, open);
  const skipped = skippedByActions(input, fleet, open, nodes.records);
  const found = new Map([...nodes.records, ...skipped]);
  const records = fate.kind === 'End' ? markNotAttempted(input, open, found, fate.end) : found;
  const turns = fate.kind === 'Go' ? turnsOf(view, open, records) : NO_TURNS;
  return {
    commands: [...nodes.commands, ...turns.commands],
    records: new Map([...records, ...turns.skipped]),
    turns: fate.kind === 'Hold' ? { ...turns, hold: fate.hold } : turns,
    lookAt: nodes.lookAt,
  };
}

function recordsOf(batch: UpgradeBatch | undefined): ReadonlyMap<string, NodeRecord> {
  return new Map((batch?.status?.nodes ?? []).map((record) => [record.name, record]));
}

function pass(input: DecisionInput, deleting: boolean): Decision {
  const open = input.snapshot.batches.find((batch) => !isSettled(batch));
  const step = open === undefined ? undefined : advanceOpenBatch(input, open);
  const snapshot = open === undefined || step === undefined ? input.snapshot : withRecords(input.snapshot, open, step.records);
  const fleet = surveyFleet(snapshot);
  const budget = failureBudget(snapshot, fleet);
  const actions = answerActions({ input, fleet, budget });

  const spoken = spokenFor(input.snapshot, open);
  const records = spoken === open ? (step?.records ?? recordsOf(spoken)) : recordsOf(spoken);
  const agent = advanceAgent(input, spoken, { fleet, records, holderWaits: step?.turns.holderWaits ?? false });

  const view = { input: { ...input, snapshot }, fleet, budget };
  const preflight = decidePreflight(view.input, fleet);
  const next = open === undefined && !deleting ? nextOf(view) : NO_NEXT_BATCH;
  const prePull = decidePrePull(view, next.commands.length > 0);
  const hold = holdOf(view, open, step?.turns.hold ?? next.hold);
  const gates = gatesThatMatter(snapshot, fleet, open);
  const group = decideGroup(view.input, { hold, open: open !== undefined, begins: next.commands.length > 0 });
  const tidy = decideDeletions(input, deleting, open);
  const time = trackProgress({ input, fleet, budget, open, hold });
  const status = planStatus({
    input,
    fleet,
    budget,
    open,
    hold,
    control: actions.control,
    agentProblem: agent.problem,
    preflight: preflight.status,
    prePull: prePull.status,
    gates: gateStatuses(gates, input),
    references: time.references,
    movement: time.movement,
  });
  const statuses = batchStatuses(input, view, {
    open,
    records: step?.records,
    actions,
    agentProblem: agent.problem,
    troubles: rolloutTroubles(status, time.movement),
  });
  const alerts = [...statuses.values()].map(({ notification }) => alertDueAt(notification ?? {}));
  const looks = [step?.lookAt, agent.lookAt, hold?.until, tidy.lookAt, time.lookAt, prePull.lookAt, ...alerts];
  return {
    commands: [
      ...(step?.commands ?? []),
      ...actions.commands,
      ...agent.commands,
      ...preflight.commands,
      ...next.commands,
      ...prePull.commands,
      ...marksOf(snapshot, fleet, open, step),
      ...group,
      ...tidy.commands,
      ...time.commands,
      ...deliveryFailureEvents(input, statuses),
    ],
    planStatus: status,
    batchStatuses: statuses,
    lookAt: earliest(
      looks.filter((look) => look !== undefined),
      input.now,
    ),
    gates: gatesRest(view, hold) && soaking(view) === undefined ? [] : gates.map((gate) => gate.name),
  };
}

/** The first of some instants, but not before now. */
function earliest(looks: readonly Instant[], now: Instant): Instant | undefined {
  return looks.length === 0 ? undefined : Math.max(Math.min(...looks), now);
}

function marksOf(
  snapshot: PlanSnapshot,
  fleet: Fleet,
  open: UpgradeBatch | undefined,
  step: OpenBatchResult | undefined,
): readonly Command[] {
  // Then the finalizer's work takes them off.
  if (open === undefined && snapshot.plan.metadata.deletionTimestamp !== undefined) return [];
  const opened = (step?.commands ?? []).flatMap((command) => (command.kind === 'OpenTurn' ? [command.node.name] : []));
  return markOutdated({ snapshot, fleet, open, records: step?.records ?? new Map(), opening: new Set(opened) });
}

/** The next batch of the rollback that is under way, or of the rollout. What is not on record yet begins in a later pass. */
function nextOf(view: PassView): NextBatchResult {
  const rollback = recordedRollback(view.input.snapshot);
  if (rollback !== undefined && recordedEnd(view.input.snapshot) === undefined) return nextRollback(view, rollback);
  return decidedRollback(view) === undefined ? nextBatch(view) : NO_NEXT_BATCH;
}

/** What is said to keep anything new from starting; nothing, when nothing is left to start. */
function holdOf(view: PassView, open: UpgradeBatch | undefined, found: Hold | undefined): Hold | undefined {
  if (recordedRollback(view.input.snapshot) !== undefined) return holdRollback(view) ?? found;
  if (open === undefined && view.fleet.remaining.length === 0) return undefined;
  return holdStart(view) ?? found;
}

function turnsOf(view: PassView, open: UpgradeBatch, records: ReadonlyMap<string, NodeRecord>): OpenTurnsResult {
  const { input, fleet } = view;
  const { snapshot, now } = input;
  if (!mayOpenTurns(input, open)) {
    return { ...NO_TURNS, hold: batonMoving('waiting for the batch to have its notification agent') };
  }
  const { lease } = snapshot;
  const holder = lease?.batchUid === open.metadata.uid && needsAgent(snapshot, open) ? lease.holder : undefined;
  const holderCanHandOver = holder !== undefined && canHandOver(snapshot, open, records, holder);
  return openTurns({
    snapshot,
    fleet,
    batch: open,
    records,
    holder,
    holderCanHandOver,
    holdTurn: (entry, node, down) => holdTurn(view, { batch: open, entry, node, down }),
    now,
  });
}
