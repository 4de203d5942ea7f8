/*
 * How Baton decides a rollout. Start reading here.
 *
 * The shell (src/operator/reconcile.ts) runs a pass for a plan whenever something about it changes. A pass gathers a snapshot of
 * what is known (model/snapshot.ts), calls `decide`, runs the commands of the decision (model/command.ts), writes its statuses
 * and requeues the plan for `requeueAt`. A command from a stale snapshot fails on its precondition, and the next pass decides
 * again. The shell does all I/O; this folder is pure: no clock, no randomness, no log, no state between passes.
 *
 * One pass does this, in order (`decidePass`):
 *
 *   1. turn/         advanceNodes       what happened to each node of the open batch: drain, processes, verify, release
 *   2. fleet/        surveyFleet        which nodes are still to do; failureBudget: how many may still fail
 *   3. holds/        holdOpenBatch      what holds the open batch; `fateOf` in advance-open-batch.ts may also end it early
 *   4. batch/        openTurns          which waiting nodes get their turn, within maxUnavailable
 *   5. actions/      answerActions      the answers to UpgradeActions
 *   6. agent/        advanceAgent       which node sends the notifications, and when the baton is passed on
 *   7. preparation/  decidePreflight    warnings before the first batch; decidePrePull: images of the next batch
 *   8. batch/        nextBatch          the next batch when none is open; in a rollback that is rollback/ nextRollback
 *   9. holds/        holdStart          the hold to report; gatesToPass: the gates to evaluate; batch/ decideGroup
 *  10. deletion.ts   decideDeletions    finished Jobs, old batches and, once it is being deleted, the plan
 *  11. status/       planStatus         the plan's status; batchStatuses: the batches' statuses with their notifications
 *
 * The nodes come first so that failures seen now count before anything new starts. The folders below are records/ (what is on
 * record), manifests/ (objects that commands create) and model/ (types). Next, read advance-open-batch.ts and
 * turn/advance-turn.ts.
 */

import type { UpgradeBatch } from '../../api/generated/upgradebatch.ts';
import { FINALIZERS } from '../../api/names.ts';
import type { Instant } from '../facts.ts';
import { answerActions } from './actions/answer-actions.ts';
import { advanceAgent, batchOfBaton, type AgentResult } from './agent/advance-agent.ts';
import { decideGroup } from './batch/exclusive-group.ts';
import { nextBatch, NO_NEXT_BATCH, type NextBatchResult } from './batch/next-batch.ts';
import { markOutdated } from './batch/outdated-marks.ts';
import { failureBudget } from './fleet/budget.ts';
import { surveyFleet, type Fleet } from './fleet/fleet.ts';
import type { PassView } from './fleet/pass-view.ts';
import { recordedEnd } from './fleet/rollout-end.ts';
import { gateStatuses, gatesRest, gatesToPass } from './holds/gates.ts';
import { holdRollback, holdStart } from './holds/holds.ts';
import { soaking } from './holds/soak.ts';
import type { Command } from './model/command.ts';
import type { Decision } from './model/decision.ts';
import type { Hold } from './model/hold.ts';
import type { DecisionInput, PlanSnapshot } from './model/snapshot.ts';
import { decidePrePull } from './preparation/pre-pull.ts';
import { decidePreflight } from './preparation/preflight.ts';
import { validateOnFleet } from './preparation/validation.ts';
import { recordedRollback } from './records/recorded-rollback.ts';
import { isSettled } from './records/settled.ts';
import { decidedRollback } from './rollback/decide-rollback.ts';
import { nextRollback } from './rollback/next-rollback.ts';
import { alertDueAt } from './status/batch/alerts.ts';
import { batchStatuses } from './status/batch/batch-statuses.ts';
import { deliveryFailureEvents } from './status/batch/delivery-events.ts';
import { rolloutTroubles } from './status/batch/rollout-troubles.ts';
import { planStatus } from './status/plan/plan-status.ts';
import { trackProgress } from './status/plan/stall.ts';
import { advanceOpenBatch, withRecords, type OpenBatchResult } from './advance-open-batch.ts';
import { decideDeletions, isTearingDown, tearDown } from './deletion.ts';

/**
 * Decides one pass for one plan. Everything is derived from the cluster again each time, so a kill between two commands loses
 * nothing, and each command can safely run twice.
 */
export function decide(input: DecisionInput): Decision {
  const { snapshot } = input;
  if (isTearingDown(snapshot)) return tearDown(input);
  const deleting = snapshot.plan.metadata.deletionTimestamp !== undefined;
  const hasFinalizer = snapshot.plan.metadata.finalizers?.includes(FINALIZERS.plan) ?? false;
  if (!hasFinalizer) {
    // Without the finalizer, a deletion could leave nodes behind: do nothing else first.
    const commands: Command[] = deleting
      ? []
      : [{ kind: 'AddFinalizer', why: 'the plan must not be deleted before its nodes are released' }];
    return { commands, planStatus: undefined, batchStatuses: new Map(), requeueAt: undefined, gates: [] };
  }
  const validation = validateOnFleet(snapshot);
  return decidePass({ ...input, snapshot: { ...snapshot, validation } }, deleting);
}

function decidePass(input: DecisionInput, deleting: boolean): Decision {
  const open = input.snapshot.batches.find((batch) => !isSettled(batch));
  const advanced = open === undefined ? undefined : advanceOpenBatch(input, open);
  const snapshot =
    open === undefined || advanced === undefined ? input.snapshot : withRecords(input.snapshot, open, advanced.records);
  const fleet = surveyFleet(snapshot);
  const budget = failureBudget(snapshot, fleet);
  const actions = answerActions({ input, fleet, budget });
  const agent = decideAgent(input, fleet, open, advanced);

  const view = { input: { ...input, snapshot }, fleet, budget };
  const preflight = decidePreflight(view.input, fleet);
  const next = open === undefined && !deleting ? decideNextBatch(view) : NO_NEXT_BATCH;
  const prePull = decidePrePull(view, next.commands.length > 0);
  const hold = reportedHold(view, open, advanced?.turns.hold ?? next.hold);
  const gates = gatesToPass(snapshot, fleet, open);
  const group = decideGroup(view.input, { hold, open: open !== undefined, begins: next.commands.length > 0 });
  const deletions = decideDeletions(input, deleting, open);
  const progress = trackProgress({ input, fleet, budget, open, hold });
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
    references: progress.references,
    movement: progress.movement,
  });
  const statuses = batchStatuses(input, view, {
    open,
    records: advanced?.records,
    actions,
    agentProblem: agent.problem,
    troubles: rolloutTroubles(status, progress.movement),
  });
  const alerts = [...statuses.values()].map(({ notification }) => alertDueAt(notification ?? {}));
  const times = [
    advanced?.requeueAt,
    agent.requeueAt,
    hold?.until,
    deletions.requeueAt,
    progress.requeueAt,
    prePull.requeueAt,
    ...alerts,
  ];
  return {
    commands: [
      ...(advanced?.commands ?? []),
      ...actions.commands,
      ...agent.commands,
      ...preflight.commands,
      ...next.commands,
      ...prePull.commands,
      ...decideMarks(snapshot, fleet, open, advanced),
      ...group,
      ...deletions.commands,
      ...progress.commands,
      ...deliveryFailureEvents(input, statuses),
    ],
    planStatus: status,
    batchStatuses: statuses,
    requeueAt: earliest(
      times.filter((time) => time !== undefined),
      input.now,
    ),
    gates: gatesRest(view, hold) && soaking(view) === undefined ? [] : gates.map((gate) => gate.name),
  };
}

/** The earliest of these instants, but not before now; undefined when there are none. */
function earliest(times: readonly Instant[], now: Instant): Instant | undefined {
  return times.length === 0 ? undefined : Math.max(Math.min(...times), now);
}

/** Decides about the agent of the batch that has notifications to send: the open one, or one that has settled. */
function decideAgent(
  input: DecisionInput,
  fleet: Fleet,
  open: UpgradeBatch | undefined,
  advanced: OpenBatchResult | undefined,
): AgentResult {
  const batch = batchOfBaton(input.snapshot, open);
  const persisted = new Map((batch?.status?.nodes ?? []).map((record) => [record.name, record]));
  const records = batch === open ? (advanced?.records ?? persisted) : persisted;
  return advanceAgent(input, batch, { fleet, records, holderWaits: advanced?.turns.holderWaits ?? false });
}

/** Adds and removes the taint of outdated nodes. */
function decideMarks(
  snapshot: PlanSnapshot,
  fleet: Fleet,
  open: UpgradeBatch | undefined,
  advanced: OpenBatchResult | undefined,
): readonly Command[] {
  // From then on, `decideDeletions` removes the taints.
  if (open === undefined && snapshot.plan.metadata.deletionTimestamp !== undefined) return [];
  const opened = (advanced?.commands ?? []).flatMap((command) => (command.kind === 'OpenTurn' ? [command.node.name] : []));
  return markOutdated({ snapshot, fleet, open, records: advanced?.records ?? new Map(), opening: new Set(opened) });
}

/** The next batch of the rollback under way, or of the rollout. A rollback begins only once it is on record, in a later pass. */
function decideNextBatch(view: PassView): NextBatchResult {
  const rollback = recordedRollback(view.input.snapshot);
  if (rollback !== undefined && recordedEnd(view.input.snapshot) === undefined) return nextRollback(view, rollback);
  return decidedRollback(view) === undefined ? nextBatch(view) : NO_NEXT_BATCH;
}

/** The hold that the plan's status reports; undefined when nothing is left to start. */
function reportedHold(view: PassView, open: UpgradeBatch | undefined, found: Hold | undefined): Hold | undefined {
  if (recordedRollback(view.input.snapshot) !== undefined) return holdRollback(view) ?? found;
  if (open === undefined && view.fleet.remaining.length === 0) return undefined;
  return holdStart(view) ?? found;
}
