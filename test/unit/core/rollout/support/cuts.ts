import type { UpgradeBatch } from '../../../../../src/api/generated/upgradebatch.ts';
import type { UpgradePlan, UpgradePlanSpec } from '../../../../../src/api/generated/upgradeplan.ts';
import type { NodeFact } from '../../../../../src/core/facts.ts';
import { cutNextBatch, type NextBatch } from '../../../../../src/core/rollout/batch/cut-batch.ts';
import { surveyFleet } from '../../../../../src/core/rollout/fleet/fleet.ts';
import type { PlanSnapshot } from '../../../../../src/core/rollout/model/snapshot.ts';
import { aNode, aSnapshot, byName } from './facts.ts';
import { aPlan } from './objects.ts';

/** What batches are cut from; ten nodes without anything else. */
export interface Case {
  readonly count?: number;
  readonly nodes?: readonly NodeFact[];
  readonly plan?: Partial<UpgradePlanSpec>;
  readonly batches?: readonly UpgradeBatch[];
  readonly status?: UpgradePlan['status'];
}

/** The snapshot of a case. */
export function snapshotOf({ count = 10, nodes, plan, batches = [], status }: Case): PlanSnapshot {
  const fleet = nodes ?? Array.from({ length: count }, (_, i) => aNode(`node-${i + 1}`));
  return aSnapshot({ plan: { ...aPlan(plan), ...(status === undefined ? {} : { status }) }, nodes: byName(...fleet), batches });
}

/** The next batch of a case. */
export function cut(input: Case): NextBatch | undefined {
  const snapshot = snapshotOf(input);
  return cutNextBatch(snapshot, surveyFleet(snapshot));
}
