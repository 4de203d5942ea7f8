import { PLAN_REASONS, PREFLIGHT_REASONS } from '../../../api/conditions.ts';
import type { PreflightWarning } from '../../../api/generated/upgradeplan.ts';
import type { DaemonSetFact, NodeFact } from '../../facts.ts';
import { selects } from '../../selector.ts';
import { daemonSetName, daemonSetStateOn } from '../fleet/daemon-set.ts';
import { surveyFleet } from '../fleet/fleet.ts';
import type { PlanSnapshot, Validation } from '../model/snapshot.ts';
import { isSettled } from '../records/settled.ts';

/**
 * Why the DaemonSets that a plan names keep it from going on; undefined: they do not. Nobody asks while nothing is left to do: a plan that
 * has ended stays as it ended, whatever becomes of a DaemonSet later.
 */
export function refusedDaemonSet(snapshot: PlanSnapshot): Validation | undefined {
  const { processes } = snapshot.plan.spec;
  if (processes.every(({ daemonSet }) => daemonSet === undefined)) return undefined;
  if (surveyFleet(snapshot).remaining.length === 0 && snapshot.batches.every(isSettled)) return undefined;
  for (const [index, { name, daemonSet }] of processes.entries()) {
    if (daemonSet === undefined) continue;
    const where = `spec.processes[${index}].daemonSet (process '${name}'): DaemonSet ${daemonSetName(daemonSet)}`;
    const refused = refusal(snapshot.daemonSets.get(daemonSetName(daemonSet)), where);
    if (refused !== undefined) return refused;
  }
  return undefined;
}

function refusal(set: DaemonSetFact | undefined, where: string): Validation | undefined {
  if (set === undefined || set.deleting) {
    const what = set === undefined ? 'does not exist' : 'is being deleted';
    return { kind: 'Refused', reason: PLAN_REASONS.DaemonSetMissing, message: `${where} ${what}` };
  }
  if (set.updateStrategy !== 'OnDelete') {
    const message = `${where} has updateStrategy ${set.updateStrategy} and rolls by itself; a plan can take it node by node only with OnDelete`;
    return { kind: 'Refused', reason: PLAN_REASONS.DaemonSetNotOnDelete, message };
  }
  if (set.newest !== undefined) return undefined;
  return { kind: 'Pending', message: `${where}: its controller has not seen its newest spec yet` };
}

/** For the pre-flight: the nodes on which a process finds no Pod to replace. */
export function withoutDaemonPods(
  { plan, daemonSets }: PlanSnapshot,
  nodes: readonly NodeFact[],
  tell: (nodes: readonly NodeFact[]) => string,
): PreflightWarning[] {
  return plan.spec.processes.flatMap(({ name, nodeSelector, daemonSet }) => {
    if (daemonSet === undefined) return [];
    const set = daemonSets.get(daemonSetName(daemonSet));
    const found = nodes.filter((node) => selects(nodeSelector, node.labels) && daemonSetStateOn(set, node) === 'Absent');
    if (found.length === 0) return [];
    const message = `DaemonSet ${daemonSetName(daemonSet)} has no Pod on ${tell(found)}, so that process '${name}' has nothing to replace there`;
    return [{ reason: PREFLIGHT_REASONS.NoDaemonSetPod, message }];
  });
}
