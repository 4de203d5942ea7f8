import { readFileSync } from 'node:fs';
import type { UpgradePlan } from '../../../../src/api/generated/upgradeplan.ts';
import type { ClusterClient } from '../../../../src/simulator/cluster/cluster-client.ts';
import { aPlan } from '../../core/rollout/support/objects.ts';

const KINDS = ['upgradeplans', 'upgradebatches', 'upgradeactions'];

/** The CRDs as they are shipped. */
export const CRDS = KINDS.map((kind) =>
  readFileSync(new URL(`../../../../crds/${kind}.baton.dev.yaml`, import.meta.url), 'utf8'),
);

/** The collection of plans in the namespace `default`. */
export const PLANS = '/apis/baton.dev/v1alpha1/namespaces/default/upgradeplans';
/** The collection of actions in the namespace `default`. */
export const ACTIONS = '/apis/baton.dev/v1alpha1/namespaces/default/upgradeactions';

/** Creates the plan `os` in the namespace `default`. Throws when it is rejected. */
export function createPlan(client: ClusterClient, spec: Partial<UpgradePlan['spec']> = {}): void {
  const plan = aPlan(spec);
  const metadata = { name: 'os', namespace: 'default', finalizers: plan.metadata.finalizers };
  const outcome = client.create(PLANS, { ...plan, metadata, status: undefined });
  if (!outcome.ok) throw new Error(outcome.message);
}

/** Writes the status of the plan `os`. Throws when it is rejected. */
export function setPlanStatus(client: ClusterClient, status: Partial<UpgradePlan['status']>): void {
  const outcome = client.mergePatch(`${PLANS}/os/status`, { status });
  if (!outcome.ok) throw new Error(outcome.message);
}
