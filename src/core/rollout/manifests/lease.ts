import type { UpgradePlan } from '../../../api/generated/upgradeplan.ts';
import { COMPONENTS, LABELS } from '../../../api/names.ts';
import { leaseName } from './agent-pod.ts';
import type { Manifest } from '../model/command.ts';
import type { Settings } from '../model/snapshot.ts';

/**
 * Builds the plan's Lease without a holder. It has no owner: otherwise deleting the plan in the foreground would delete a working
 * agent.
 */
export function buildLease(plan: UpgradePlan, settings: Settings): Manifest {
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      name: leaseName(plan.metadata.name),
      namespace: plan.metadata.namespace,
      labels: {
        [LABELS.managedBy]: 'baton',
        [LABELS.component]: COMPONENTS.agent,
        [LABELS.plan]: plan.metadata.name,
        [LABELS.planUid]: plan.metadata.uid,
      },
    },
    spec: { leaseDurationSeconds: settings.leaseDurationSeconds, leaseTransitions: 0 },
  };
}
