import type { NodeRecord, UpgradeBatch } from '../../../../../src/api/generated/upgradebatch.ts';
import type { UpgradePlanStatus } from '../../../../../src/api/generated/upgradeplan.ts';
import { failureBudget } from '../../../../../src/core/rollout/fleet/budget.ts';
import { decidedEnd } from '../../../../../src/core/rollout/fleet/rollout-end.ts';
import { surveyFleet } from '../../../../../src/core/rollout/fleet/fleet.ts';
import { holdStart } from '../../../../../src/core/rollout/holds/holds.ts';
import type { PlanStatusInput } from '../../../../../src/core/rollout/status/plan/plan-status-input.ts';
import { planStatus } from '../../../../../src/core/rollout/status/plan/plan-status.ts';
import type { PlanSnapshot } from '../../../../../src/core/rollout/model/snapshot.ts';
import { aNode, aSnapshot, byName, SETTINGS } from './facts.ts';
import { aBatch, at, hash, outboxOf, settledStatus } from './objects.ts';

/** A snapshot, and what else the status depends on. */
export type Case = Partial<PlanSnapshot> & { readonly view?: Partial<PlanStatusInput> };

/** The status of a plan in a pass at second 100. */
export function statusOf({ view = {}, ...changes }: Case): UpgradePlanStatus {
  const snapshot = aSnapshot(changes);
  const fleet = surveyFleet(snapshot);
  const open = snapshot.batches.find((batch) => batch.status?.settledTime === undefined);
  const found = { input: { snapshot, now: at(100), settings: SETTINGS, hash }, fleet, budget: failureBudget(snapshot, fleet) };
  return planStatus({
    ...found,
    open,
    hold: holdStart(found),
    control: { pausedBy: undefined, ended: decidedEnd(found.input, found.budget), rollback: undefined, history: [] },
    agentProblem: undefined,
    preflight: undefined,
    prePull: undefined,
    gates: [],
    references: new Map(),
    movement: undefined,
    ...view,
  });
}

/** A settled batch with these records. */
export function past(records: readonly NodeRecord[], notification = outboxOf('os-aaaa-1', 'node-1')): UpgradeBatch {
  return aBatch(
    records.map((record) => record.name),
    { status: settledStatus(records, { notification }) },
  );
}

export const NODES = byName(aNode('node-1'), aNode('node-2'));
export const BOTH: readonly NodeRecord[] = [
  { name: 'node-1', state: 'Succeeded' },
  { name: 'node-2', state: 'Succeeded' },
];
export const ONE_FAILED: readonly NodeRecord[] = [BOTH[0]!, { name: 'node-2', state: 'Failed' }];
export const OPEN = [aBatch(['node-1', 'node-2'])];
