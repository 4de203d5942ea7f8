import { PLAN_REASONS, PREFLIGHT_REASONS } from '../../../api/conditions.ts';
import type { PlanPreflight, PreflightWarning, UpgradePlan, UpgradeProcess } from '../../../api/generated/upgradeplan.ts';
import { REPORTING_OPERATOR } from '../../../api/names.ts';
import type { NodeFact } from '../../facts.ts';
import { asObject } from '../../json.ts';
import { selects } from '../../selector.ts';
import { compareNames, counted, cutToBytes, toMicroTime } from '../../text.ts';
import type { Command } from '../model/command.ts';
import type { GuardedPod, PreflightFacts } from '../model/facts.ts';
import { refusedDaemonSet, withoutDaemonPods } from './daemon-set-rules.ts';
import { surveyFleet, type Fleet } from '../fleet/fleet.ts';
import { misfit } from '../fleet/pod-fit.ts';
import type { DecisionInput, PlanSnapshot, Validation } from '../model/snapshot.ts';

/** So many warnings fit into the status, and into one Event. */
const MOST_WARNINGS = 10;
const MESSAGE_BYTES = 512;
const NOTE_BYTES = 1024;
/** So many names are told before the rest is only counted. */
const MOST_NAMES = 5;

/** Whether the pre-flight of this generation of the plan has not been written yet. */
export function needsPreflight(plan: UpgradePlan): boolean {
  return plan.status?.preflight?.observedGeneration !== plan.metadata.generation;
}

/** What the pre-flight says in the status, and the Event that tells it once. */
export interface PreflightResult {
  readonly status: PlanPreflight | undefined;
  readonly commands: readonly Command[];
}

/** Looks at the fleet before anything is touched, and again when the spec has changed: once for each generation of the plan. */
export function decidePreflight(input: DecisionInput, fleet: Fleet): PreflightResult {
  const { plan, preflight: facts } = input.snapshot;
  if (facts === undefined || !needsPreflight(plan)) return { status: plan.status?.preflight, commands: [] };
  const warnings = warningsOf(input.snapshot, fleet, facts);
  const status = { observedGeneration: plan.metadata.generation, warnings };
  if (warnings.length === 0) return { status, commands: [] };
  const why = `the pre-flight found ${counted(warnings.length, 'thing')} that may go wrong`;
  return { status, commands: [{ kind: 'RecordWarnings', event: eventOf(input, warnings), why }] };
}

function warningsOf(snapshot: PlanSnapshot, fleet: Fleet, facts: PreflightFacts): PreflightWarning[] {
  const nodes = [...fleet.remaining].sort((a, b) => compareNames(a.name, b.name));
  const found = [
    ...misfits(snapshot.plan, nodes),
    ...withoutDaemonPods(snapshot, nodes, names),
    ...claimed(snapshot, nodes),
    ...down(nodes),
    ...guarded(snapshot.plan, facts, nodes),
    ...(facts.unread === undefined ? [] : [{ reason: PREFLIGHT_REASONS.NotAllRead, message: facts.unread }]),
  ].map(({ reason, message }) => ({ reason, message: cutToBytes(message, MESSAGE_BYTES) }));
  if (found.length <= MOST_WARNINGS) return found;
  const left = found.length - MOST_WARNINGS + 1;
  const rest = { reason: PREFLIGHT_REASONS.MoreWarnings, message: `and ${counted(left, 'warning')} more of these kinds` };
  return [...found.slice(0, MOST_WARNINGS - 1), rest];
}

function names(nodes: readonly { readonly name: string }[]): string {
  const told = nodes.slice(0, MOST_NAMES).map((node) => node.name);
  const more = nodes.length - told.length;
  return `${told.join(', ')}${more === 0 ? '' : ` and ${more} more`}`;
}

/** The nodes on which a process runs. */
function nodesOf(process: UpgradeProcess, nodes: readonly NodeFact[]): readonly NodeFact[] {
  return nodes.filter((node) => selects(process.nodeSelector, node.labels));
}

/** Whether a template says itself where its Pods may run. */
function choosesNodes(process: UpgradeProcess): boolean {
  const spec = asObject(process.job?.template['spec']);
  return spec['nodeSelector'] !== undefined || spec['affinity'] !== undefined;
}

function misfitsOf(process: UpgradeProcess, nodes: readonly NodeFact[]): readonly (readonly [NodeFact, string])[] {
  if (!choosesNodes(process)) return [];
  const spec = process.job?.template['spec'];
  return nodesOf(process, nodes).flatMap((node) => {
    const why = misfit(spec, node);
    return why === undefined ? [] : [[node, why] as const];
  });
}

function misfits(plan: UpgradePlan, nodes: readonly NodeFact[]): PreflightWarning[] {
  return plan.spec.processes.flatMap((process) => {
    const found = misfitsOf(process, nodes);
    const [first] = found;
    if (first === undefined) return [];
    const where = `${names(found.map(([node]) => node))} (${first[0].name}: ${first[1]})`;
    const message = `the template of process '${process.name}' does not fit on ${where}; its Pod would stay Pending there until its deadline`;
    return [{ reason: PREFLIGHT_REASONS.NodeDoesNotFit, message }];
  });
}

function claimed({ plan }: PlanSnapshot, nodes: readonly NodeFact[]): PreflightWarning[] {
  const others = nodes.filter((node) => node.claim !== undefined && node.claim !== plan.metadata.uid);
  if (others.length === 0) return [];
  const [first] = others;
  const by = first?.turn === undefined ? '' : `, ${first.name} by ${first.turn.namespace}/${first.turn.plan}`;
  const share =
    others.length === nodes.length ? `all ${nodes.length} nodes` : `${others.length} of ${counted(nodes.length, 'node')}`;
  const message = `${share} are in the turn of another plan and have to wait: ${names(others)}${by}`;
  return [{ reason: PREFLIGHT_REASONS.NodesClaimed, message }];
}

function down(nodes: readonly NodeFact[]): PreflightWarning[] {
  const words = (node: NodeFact): string | undefined => {
    if (node.quarantine !== undefined) return `quarantined by ${node.quarantine.namespace}/${node.quarantine.plan}`;
    if (!node.ready) return 'NotReady';
    return node.unschedulable && node.claim === undefined ? 'cordoned' : undefined;
  };
  const found = nodes.flatMap((node) => {
    const why = words(node);
    return why === undefined ? [] : [{ name: `${node.name} (${why})` }];
  });
  if (found.length === 0) return [];
  return [{ reason: PREFLIGHT_REASONS.NodesDown, message: `down already, and counted by maxUnavailable: ${names(found)}` }];
}

/** The nodes that are drained: those on which something runs that disrupts them. */
function drainedNodes({ spec }: UpgradePlan, nodes: readonly NodeFact[]): ReadonlySet<string> {
  const disrupting = spec.drain.mode === 'Auto' ? spec.processes.filter((process) => process.disruption !== 'None') : [];
  return new Set(disrupting.flatMap((process) => nodesOf(process, nodes)).map((node) => node.name));
}

function guarded(plan: UpgradePlan, { guarded: pods }: PreflightFacts, nodes: readonly NodeFact[]): PreflightWarning[] {
  const drained = drainedNodes(plan, nodes);
  const { ignore } = plan.spec.drain;
  const byBudget = new Map<string, GuardedPod[]>();
  for (const pod of pods) {
    if (!drained.has(pod.node) || (ignore !== undefined && selects(ignore.podSelector, pod.labels))) continue;
    const key = `${pod.namespace}/${pod.budget}`;
    byBudget.set(key, [...(byBudget.get(key) ?? []), pod]);
  }
  return [...byBudget].map(([budget, blocked]) => {
    const told = names(blocked.map((pod) => ({ name: `${pod.name} on ${pod.node}` })));
    const message = `the PodDisruptionBudget ${budget} allows no disruption now, and would hold up the drain of ${told}`;
    return { reason: PREFLIGHT_REASONS.DisruptionNotAllowed, message };
  });
}

/** One Event for one generation: its name is made from both, so that a second try finds it there. */
function eventOf(
  { snapshot, now, hash }: DecisionInput,
  warnings: readonly PreflightWarning[],
): Readonly<Record<string, unknown>> {
  const { namespace, name, uid, generation } = snapshot.plan.metadata;
  const note = warnings.map(({ reason, message }) => `${reason}: ${message}`).join('; ');
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { name: `${name}.preflight-${hash(`${uid}/${generation}`).slice(0, 16)}`, namespace },
    regarding: { apiVersion: snapshot.plan.apiVersion, kind: 'UpgradePlan', namespace, name, uid },
    type: 'Warning',
    reason: 'PreflightWarnings',
    action: 'Preflight',
    note: cutToBytes(note, NOTE_BYTES),
    eventTime: toMicroTime(now),
    reportingController: REPORTING_OPERATOR,
    reportingInstance: REPORTING_OPERATOR,
  };
}

/** Whether the spec can be carried out on this fleet, and with the DaemonSets that there are. */
export function validationFor(snapshot: PlanSnapshot): Validation {
  const { validation } = snapshot;
  return validation.kind === 'Valid' ? (refusedDaemonSet(snapshot) ?? refusedFit(snapshot) ?? validation) : validation;
}

/** A process that could run on none of its nodes is refused. */
function refusedFit(snapshot: PlanSnapshot): Validation | undefined {
  const { plan } = snapshot;
  if (!plan.spec.processes.some(choosesNodes)) return undefined;
  const selected = [...surveyFleet(snapshot).selected.values()];
  for (const [index, process] of plan.spec.processes.entries()) {
    const nodes = nodesOf(process, selected);
    const found = misfitsOf(process, nodes);
    const [first] = found;
    if (first === undefined || found.length < nodes.length) continue;
    const where = `spec.processes[${index}].job.template (process '${process.name}')`;
    const message = `${where} fits on none of its ${counted(nodes.length, 'node')}: of ${first[0].name}, ${first[1]}`;
    return { kind: 'Refused', reason: PLAN_REASONS.NoNodeFits, message };
  }
  return undefined;
}
