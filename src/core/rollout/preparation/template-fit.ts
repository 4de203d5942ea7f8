import { PLAN_REASONS, PREFLIGHT_REASONS } from '../../../api/conditions.ts';
import type { PreflightWarning, UpgradePlan, UpgradeProcess } from '../../../api/generated/upgradeplan.ts';
import type { NodeFact } from '../../facts.ts';
import { asObject } from '../../json.ts';
import { selects } from '../../selector.ts';
import { counted } from '../../text.ts';
import { surveyFleet } from '../fleet/fleet.ts';
import { misfit } from '../fleet/pod-fit.ts';
import type { PlanSnapshot, Validation } from '../model/snapshot.ts';
import { listNames } from './name-list.ts';

/** A node on which the Pod of a process cannot be scheduled, and why. */
interface Misfit {
  readonly node: NodeFact;
  readonly why: string;
}

/** The nodes on which a process runs. */
export function nodesOf(process: UpgradeProcess, nodes: readonly NodeFact[]): readonly NodeFact[] {
  return nodes.filter((node) => selects(process.nodeSelector, node.labels));
}

/** Whether the template itself restricts where its Pod can be scheduled. */
function restrictsNodes(process: UpgradeProcess): boolean {
  const spec = asObject(process.job?.template['spec']);
  return spec['nodeSelector'] !== undefined || spec['affinity'] !== undefined;
}

function misfitsOf(process: UpgradeProcess, nodes: readonly NodeFact[]): readonly Misfit[] {
  if (!restrictsNodes(process)) return [];
  const spec = process.job?.template['spec'];
  return nodesOf(process, nodes).flatMap((node) => {
    const why = misfit(spec, node);
    return why === undefined ? [] : [{ node, why }];
  });
}

/** For the pre-flight: the nodes on which the Pod of a process cannot be scheduled. */
export function warnOfMisfits(plan: UpgradePlan, nodes: readonly NodeFact[]): PreflightWarning[] {
  return plan.spec.processes.flatMap((process) => {
    const found = misfitsOf(process, nodes);
    const [first] = found;
    if (first === undefined) return [];
    const where = `${listNames(found.map(({ node }) => node.name))} (${first.node.name}: ${first.why})`;
    const message = `the template of process '${process.name}' does not fit on ${where}; its Pod would stay Pending there until its deadline`;
    return [{ reason: PREFLIGHT_REASONS.NodeDoesNotFit, message }];
  });
}

/** Rejects a plan with a process that fits on none of its nodes; undefined if each process fits on some. */
export function validateFit(snapshot: PlanSnapshot): Validation | undefined {
  const { plan } = snapshot;
  if (!plan.spec.processes.some(restrictsNodes)) return undefined;
  const selected = [...surveyFleet(snapshot).selected.values()];
  for (const [index, process] of plan.spec.processes.entries()) {
    const nodes = nodesOf(process, selected);
    const found = misfitsOf(process, nodes);
    const [first] = found;
    if (first === undefined || found.length < nodes.length) continue;
    const where = `spec.processes[${index}].job.template (process '${process.name}')`;
    const message = `${where} fits on none of its ${counted(nodes.length, 'node')}; ${first.node.name}: ${first.why}`;
    return { kind: 'Refused', reason: PLAN_REASONS.NoNodeFits, message };
  }
  return undefined;
}
