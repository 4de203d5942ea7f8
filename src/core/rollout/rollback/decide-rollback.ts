import type { PlanRollback, RollbackPolicy, UpgradePlan } from '../../../api/generated/upgradeplan.ts';
import { cutToBytes, toRfc3339 } from '../../text.ts';
import { recordedEnd } from '../fleet/rollout-end.ts';
import type { PassView } from '../fleet/pass-view.ts';
import { canRollBack, rollbackCuts, type RollbackScope, describeExtent } from './cut-rollback.ts';
import { recordedRollback } from '../records/recorded-rollback.ts';

/** A rollback that the failure policy asks for and that waits for approval. */
export interface AwaitedRollback {
  readonly scope: RollbackScope;
  /** The newest batch, which an UpgradeAction has to name. */
  readonly batch: string;
  /** What would be rolled back, and how to approve it. */
  readonly message: string;
  /** The same without the names of nodes and without the UpgradeActions, which notifications list separately. */
  readonly brief: string;
}

/** The default policy: as little as possible, and only after approval. */
const DEFAULT_POLICY: RollbackPolicy = { scope: 'Batch', approval: 'Required' };

function policyOf({ spec }: UpgradePlan): RollbackPolicy {
  return spec.failure.rollback ?? DEFAULT_POLICY;
}

/** What the failure policy asks to roll back now; undefined if it asks for nothing, or nothing can be rolled back. */
function policyScope({ input, fleet, budget }: PassView): { readonly scope: RollbackScope; readonly extent: string } | undefined {
  const { snapshot } = input;
  const { plan } = snapshot;
  const batch = fleet.upgrades.at(-1)?.metadata.name;
  if (plan.spec.failure.then !== 'Rollback' || !budget.exceeded || batch === undefined) return undefined;
  if (recordedRollback(snapshot) !== undefined || recordedEnd(snapshot) !== undefined) return undefined;
  if (plan.metadata.deletionTimestamp !== undefined) return undefined;
  const scope = policyOf(plan).scope === 'Plan' ? ({ scope: 'Plan' } as const) : ({ scope: 'Batch', batch } as const);
  const cuts = rollbackCuts(snapshot, fleet, scope);
  return cuts.some((cut) => cut.changes.some((change) => canRollBack(change, plan)))
    ? { scope, extent: describeExtent(cuts) }
    : undefined;
}

/** The rollback that waits for approval now, if one does. */
export function awaitedRollback(view: PassView): AwaitedRollback | undefined {
  const { plan, revision } = view.input.snapshot;
  const wanted = policyOf(plan).approval === 'Required' ? policyScope(view) : undefined;
  const batch = view.fleet.upgrades.at(-1)?.metadata.name;
  if (wanted === undefined || batch === undefined) return undefined;
  const { name, namespace } = plan.metadata;
  const named = wanted.scope.scope === 'Plan' ? `revision: ${revision.slice(0, 8)}` : `batch: ${batch}`;
  const action = `an UpgradeAction in ${namespace} with spec {plan: ${name}, action: Rollback, ${named}}`;
  const waits = `rollback of ${wanted.extent} awaits approval`;
  const message = `${view.budget.message}; ${waits}; to approve it, create ${action}; to continue the rollout instead, a Resume for ${batch}`;
  return { scope: wanted.scope, batch, message, brief: `${view.budget.brief}; ${waits}` };
}

/** The rollback that is in progress, or that the failure policy starts now. */
export function decidedRollback(view: PassView): PlanRollback | undefined {
  const { snapshot, now } = view.input;
  const recorded = recordedRollback(snapshot);
  if (recorded !== undefined) return recorded;
  const wanted = policyOf(snapshot.plan).approval === 'None' ? policyScope(view) : undefined;
  if (wanted === undefined) return undefined;
  const message = cutToBytes(view.budget.message, 512);
  return { revision: snapshot.revision, ...wanted.scope, message, time: toRfc3339(now) };
}
