import { NODE_REASONS } from '../../api/conditions.ts';
import type { UpgradeBatch, NodeRecord } from '../../api/generated/upgradebatch.ts';
import type { Instant } from '../facts.ts';
import { toInstant } from '../text.ts';
import { skippedByActions } from './actions/skip.ts';
import { needsAgent } from './agent/advance-agent.ts';
import { canHandOver } from './agent/choose-holder.ts';
import { type OpenTurnsResult, batonMoving, openTurns } from './batch/open-turns.ts';
import { failureBudget } from './fleet/budget.ts';
import { surveyFleet } from './fleet/fleet.ts';
import type { PassView } from './fleet/pass-view.ts';
import { decidedEnd } from './fleet/rollout-end.ts';
import { holdOpenBatch, holdRollback, holdTurn } from './holds/holds.ts';
import type { Command } from './model/command.ts';
import type { Hold } from './model/hold.ts';
import type { PlanSnapshot, DecisionInput } from './model/snapshot.ts';
import { hasOtherFormat, writerOf } from './records/batch-format.ts';
import { decidedRollback } from './rollback/decide-rollback.ts';
import { advanceNodes } from './turn/advance-nodes.ts';
import { type EarlyEnd, markNotAttempted } from './turn/mark-not-attempted.ts';

/** How long a batch waits for its agent before its first turn (ms): a sink must not stop an upgrade. */
const MAX_AGENT_WAIT_MS = 30_000;

/** What this pass decided for the open batch. */
export interface OpenBatchResult {
  readonly commands: readonly Command[];
  /** The record of each node, by name, as this pass leaves it. */
  readonly records: ReadonlyMap<string, NodeRecord>;
  readonly turns: OpenTurnsResult;
  readonly requeueAt: Instant | undefined;
}

/** Whether waiting nodes of the open batch may get their turn. `End`: none of them gets one. */
type Fate =
  | { readonly kind: 'Go' }
  | { readonly kind: 'Hold'; readonly hold: Hold | undefined }
  | { readonly kind: 'End'; readonly end: EarlyEnd };

const NO_TURNS: OpenTurnsResult = { skipped: new Map(), commands: [], hold: undefined, holderWaits: false };

/** Advances the nodes of the open batch and opens turns. Failures that the facts show now count before anything new starts. */
export function advanceOpenBatch(input: DecisionInput, open: UpgradeBatch): OpenBatchResult {
  const nodes = advanceNodes(input, open);
  const snapshot = withRecords(input.snapshot, open, nodes.records);
  const fleet = surveyFleet(snapshot);
  const view = { input: { ...input, snapshot }, fleet, budget: failureBudget(snapshot, fleet) };
  const fate = fateOf(view, open);
  const skipped = skippedByActions(input, fleet, open, nodes.records);
  const merged = new Map([...nodes.records, ...skipped]);
  const records = fate.kind === 'End' ? markNotAttempted(input, open, merged, fate.end) : merged;
  const turns = fate.kind === 'Go' ? decideTurns(view, open, records) : NO_TURNS;
  return {
    commands: [...nodes.commands, ...turns.commands],
    records: new Map([...records, ...turns.skipped]),
    turns: fate.kind === 'Hold' ? { ...turns, hold: fate.hold } : turns,
    requeueAt: nodes.requeueAt,
  };
}

/** The snapshot with this pass's records in place of the persisted ones. */
export function withRecords(snapshot: PlanSnapshot, batch: UpgradeBatch, records: ReadonlyMap<string, NodeRecord>): PlanSnapshot {
  const batches = snapshot.batches.map((other) =>
    other === batch ? { ...batch, status: { ...batch.status, nodes: [...records.values()] } } : other,
  );
  return { ...snapshot, batches };
}

function fateOf(view: PassView, batch: UpgradeBatch): Fate {
  const { budget } = view;
  const { snapshot } = view.input;
  const end = (reason: EarlyEnd['reason'], message: string): Fate => ({ kind: 'End', end: { reason, message } });
  if (snapshot.plan.metadata.deletionTimestamp !== undefined) return end(NODE_REASONS.PlanDeleted, 'the plan was deleted');
  if (batch.spec.revision !== snapshot.revision)
    return end(NODE_REASONS.Superseded, `the plan moved on to ${snapshot.plan.spec.version}`);
  const rolloutEnd = decidedEnd(view.input, budget);
  if (rolloutEnd !== undefined) return end(NODE_REASONS.Aborted, `the rollout was aborted: ${rolloutEnd.message}`);
  const rollback = decidedRollback(view);
  if (batch.spec.rollback?.decidedTime !== rollback?.time) {
    const message = rollback === undefined ? 'the rollback has ended' : `the rollout is rolled back: ${rollback.message}`;
    return end(NODE_REASONS.RollingBack, message);
  }
  if (budget.exceeded) return end(NODE_REASONS.BudgetExceeded, budget.brief);
  if (hasOtherFormat(batch)) return end(NODE_REASONS.MadeByOlderVersion, `${writerOf(batch)} created ${batch.metadata.name}`);
  const hold = rollback === undefined ? holdOpenBatch(view) : holdRollback(view);
  // No hold for an invalid spec: the condition Accepted reports it.
  if (hold !== undefined || snapshot.validation.kind === 'Refused') return { kind: 'Hold', hold };
  return { kind: 'Go' };
}

function decideTurns(view: PassView, open: UpgradeBatch, records: ReadonlyMap<string, NodeRecord>): OpenTurnsResult {
  const { input, fleet } = view;
  const { snapshot, now } = input;
  if (waitsForAgent(input, open)) {
    return { ...NO_TURNS, hold: batonMoving("waiting for the batch's notification agent") };
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

function waitsForAgent({ snapshot, now }: DecisionInput, batch: UpgradeBatch): boolean {
  if (!needsAgent(snapshot, batch) || snapshot.lease?.batchUid === batch.metadata.uid) return false;
  return now <= (toInstant(batch.metadata.creationTimestamp) ?? now) + MAX_AGENT_WAIT_MS;
}
