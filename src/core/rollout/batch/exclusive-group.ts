import { PLAN_REASONS } from '../../../api/conditions.ts';
import { COMPONENTS, LABELS } from '../../../api/names.ts';
import type { Command, Manifest } from '../model/command.ts';
import type { Hold } from '../model/hold.ts';
import type { DecisionInput } from '../model/snapshot.ts';
import { recordedRollback } from '../records/recorded-rollback.ts';

/** Name of the Lease that represents an exclusive group. */
export function groupLeaseName(group: string): string {
  return `baton-group-${group}`;
}

/** What the rest of the pass decided, as far as the group depends on it. */
interface GroupInput {
  /** Why nothing new starts, if anything holds it. */
  readonly hold: Hold | undefined;
  /** Whether a batch is open. */
  readonly open: boolean;
  /** Whether this pass creates the next batch. */
  readonly begins: boolean;
}

/**
 * Acquires the group when nothing else holds the plan. Releases it between batches when the plan has ended, or waits for more than time,
 * so that other plans can run. A plan with an open batch or claimed nodes keeps the group.
 */
export function decideGroup({ snapshot, settings }: DecisionInput, { hold, open, begins }: GroupInput): readonly Command[] {
  const { plan, groups, nodes } = snapshot;
  const { uid } = plan.metadata;
  const group = plan.spec.exclusiveGroup;
  const hasClaims = [...nodes.values()].some((node) => node.claim === uid);
  const rollsBack = recordedRollback(snapshot) !== undefined;
  const continues = open || begins || rollsBack || hold?.kind === 'Working';
  const commands: Command[] = [];
  for (const fact of groups) {
    if (fact.planUid !== uid) continue;
    // A plan that moved to another group keeps the old one only while nodes are in their turn.
    if (hasClaims || (fact.group === group && continues)) continue;
    commands.push({ kind: 'ReleaseGroup', fact, why: `the plan runs nothing in the exclusive group '${fact.group}' any more` });
  }
  if (group === undefined || hold?.reason !== PLAN_REASONS.ExclusiveGroupBusy || hold.kind !== 'Working') return commands;
  const abandoned = groups.find((fact) => fact.group === group);
  if (abandoned !== undefined) {
    const why = `${abandoned.plan} held the exclusive group '${group}' and no longer exists`;
    commands.push({ kind: 'ReleaseGroup', fact: abandoned, why });
  } else {
    const why = `no other plan runs in the exclusive group '${group}'`;
    commands.push({ kind: 'AcquireGroup', lease: buildGroupLease(snapshot, group, settings.namespace), why });
  }
  return commands;
}

function buildGroupLease({ plan }: DecisionInput['snapshot'], group: string, namespace: string): Manifest {
  const { metadata } = plan;
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      name: groupLeaseName(group),
      namespace,
      labels: {
        [LABELS.managedBy]: 'baton',
        [LABELS.component]: COMPONENTS.group,
        [LABELS.group]: group,
        [LABELS.plan]: metadata.name,
        [LABELS.planUid]: metadata.uid,
      },
    },
    spec: { holderIdentity: `${metadata.namespace}/${metadata.name}` },
  };
}
