import { PLAN_REASONS } from '../../../api/conditions.ts';
import { COMPONENTS, LABELS } from '../../../api/names.ts';
import type { PassView } from '../fleet/pass-view.ts';
import type { Command, Manifest } from '../model/command.ts';
import type { Hold } from '../model/hold.ts';
import { recordedRollback } from '../records/recorded-rollback.ts';
import type { DecisionInput } from '../model/snapshot.ts';

/** Name of a group's Lease. */
export function groupLeaseName(group: string): string {
  return `baton-group-${group}`;
}

/** Nothing starts before the plan has its group. Asked last, so that no plan takes it that could not start anyway. */
export function groupNotTaken({ input }: PassView): Hold | undefined {
  const { plan, groups } = input.snapshot;
  const group = plan.spec.exclusiveGroup;
  if (group === undefined) return undefined;
  const holder = groups.find((fact) => fact.group === group);
  if (holder?.planUid === plan.metadata.uid) return undefined;
  const held = { reason: PLAN_REASONS.ExclusiveGroupBusy, summary: 'Waiting' } as const;
  if (holder === undefined || holder.planGone) {
    return { ...held, message: `is about to take the exclusive group '${group}'`, kind: 'Working' };
  }
  return { ...held, message: `waits for ${holder.plan}, which runs in the exclusive group '${group}'`, kind: 'Resting' };
}

/** What the rest of a pass found, as far as it matters for the group. */
export interface GroupInput {
  /** What is said to keep anything new from starting. */
  readonly hold: Hold | undefined;
  /** A batch is open. */
  readonly open: boolean;
  /** The next batch is made in this pass. */
  readonly begins: boolean;
}

/**
 * Takes the group when nothing else holds the plan, and gives it back between batches when the plan has ended or waits for something that is
 * not only a matter of time: then others may run. A plan with an open batch or nodes in their turn keeps it.
 */
export function decideGroup({ snapshot, settings }: DecisionInput, { hold, open, begins }: GroupInput): readonly Command[] {
  const { plan, groups, nodes } = snapshot;
  const { uid } = plan.metadata;
  const group = plan.spec.exclusiveGroup;
  const claims = [...nodes.values()].some((node) => node.claim === uid);
  const takesBack = recordedRollback(snapshot) !== undefined;
  const goesOn = open || begins || takesBack || hold?.kind === 'Working';
  const commands: Command[] = [];
  for (const fact of groups) {
    if (fact.planUid !== uid) continue;
    // A plan that was given another group keeps the one that it left only as long as nodes are in their turn.
    if (claims || (fact.group === group && goesOn)) continue;
    commands.push({ kind: 'ReleaseGroup', fact, why: `nothing runs in the exclusive group '${fact.group}' any more` });
  }
  if (group === undefined || hold?.reason !== PLAN_REASONS.ExclusiveGroupBusy || hold.kind !== 'Working') return commands;
  const left = groups.find((fact) => fact.group === group);
  if (left !== undefined) {
    commands.push({ kind: 'ReleaseGroup', fact: left, why: `${left.plan} had the exclusive group '${group}' and is gone` });
  } else {
    const why = `nothing else runs in the exclusive group '${group}'`;
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
