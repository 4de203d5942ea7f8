import { PLAN_REASONS, PREFLIGHT_REASONS } from '../../../api/conditions.ts';
import type { PreflightWarning } from '../../../api/generated/upgradeplan.ts';
import type { DaemonSetFact, NodeFact } from '../../facts.ts';
import { selects } from '../../selector.ts';
import { daemonSetName, daemonSetStateOn } from '../fleet/daemon-set.ts';
import { surveyFleet } from '../fleet/fleet.ts';
import type { PlanSnapshot, Validation } from '../model/snapshot.ts';
import { isSettled } from '../records/settled.ts';
import { listNames } from './name-list.ts';

/**
 * Rejects a plan whose DaemonSets cannot be upgraded; undefined if they can. Nothing is checked once nothing is left to do, so that a plan
 * that has ended stays as it is, whatever happens to its DaemonSets later.
 */
export function validateDaemonSets(snapshot: PlanSnapshot): Validation | undefined {
  const { processes } = snapshot.plan.spec;
  if (processes.every(({ daemonSet }) => daemonSet === undefined)) return undefined;
  if (surveyFleet(snapshot).remaining.length === 0 && snapshot.batches.every(isSettled)) return undefined;
  for (const [index, { name, daemonSet }] of processes.entries()) {
    if (daemonSet === undefined) continue;
    const where = `spec.processes[${index}].daemonSet (process '${name}'): DaemonSet ${daemonSetName(daemonSet)}`;
    const invalid = validateDaemonSet(snapshot.daemonSets.get(daemonSetName(daemonSet)), where);
    if (invalid !== undefined) return invalid;
  }
  return undefined;
}

function validateDaemonSet(set: DaemonSetFact | undefined, where: string): Validation | undefined {
  if (set === undefined || set.deleting) {
    const what = set === undefined ? 'does not exist' : 'is being deleted';
    return { kind: 'Refused', reason: PLAN_REASONS.DaemonSetMissing, message: `${where} ${what}` };
  }
  if (set.updateStrategy !== 'OnDelete') {
    const message = `${where} has updateStrategy ${set.updateStrategy} and rolls out by itself; a plan can only upgrade it node by node with updateStrategy OnDelete`;
    return { kind: 'Refused', reason: PLAN_REASONS.DaemonSetNotOnDelete, message };
  }
  if (set.newest !== undefined) return undefined;
  return { kind: 'Pending', message: `${where}: its controller has not observed its newest spec yet` };
}

/** For the pre-flight: the nodes on which a process has no Pod to replace. */
export function warnOfMissingDaemonPods({ plan, daemonSets }: PlanSnapshot, nodes: readonly NodeFact[]): PreflightWarning[] {
  return plan.spec.processes.flatMap(({ name, nodeSelector, daemonSet }) => {
    if (daemonSet === undefined) return [];
    const set = daemonSets.get(daemonSetName(daemonSet));
    const found = nodes.filter((node) => selects(nodeSelector, node.labels) && daemonSetStateOn(set, node) === 'Absent');
    if (found.length === 0) return [];
    const where = listNames(found.map((node) => node.name));
    const message = `DaemonSet ${daemonSetName(daemonSet)} has no Pod on ${where}, so that process '${name}' has nothing to replace there`;
    return [{ reason: PREFLIGHT_REASONS.NoDaemonSetPod, message }];
  });
}
