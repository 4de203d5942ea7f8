import { PREFLIGHT_REASONS } from '../../../api/conditions.ts';
import type { PlanPreflight, PreflightWarning, UpgradePlan } from '../../../api/generated/upgradeplan.ts';
import { REPORTING_OPERATOR } from '../../../api/names.ts';
import type { NodeFact } from '../../facts.ts';
import { selects } from '../../selector.ts';
import { compareNames, counted, cutToBytes, toMicroTime } from '../../text.ts';
import type { Command } from '../model/command.ts';
import type { GuardedPod, PreflightFacts } from '../model/facts.ts';
import { warnOfMissingDaemonPods } from './daemon-set-rules.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { DecisionInput, PlanSnapshot } from '../model/snapshot.ts';
import { listNames } from './name-list.ts';
import { nodesOf, warnOfMisfits } from './template-fit.ts';

/** Maximum number of warnings in the status and in the Event. */
const MAX_WARNINGS = 10;
const MESSAGE_BYTES = 512;
const NOTE_BYTES = 1024;

/** Whether the status has no pre-flight of the plan's current generation. */
export function needsPreflight(plan: UpgradePlan): boolean {
  return plan.status?.preflight?.observedGeneration !== plan.metadata.generation;
}

/** The pre-flight in the status, and the Event that reports it once. */
export interface PreflightResult {
  readonly status: PlanPreflight | undefined;
  readonly commands: readonly Command[];
}

/** Checks the fleet before anything is changed, once for each generation of the plan, and warns of what may go wrong. */
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
    ...warnOfMisfits(snapshot.plan, nodes),
    ...warnOfMissingDaemonPods(snapshot, nodes),
    ...warnOfClaims(snapshot, nodes),
    ...warnOfDownNodes(nodes),
    ...warnOfBudgets(snapshot.plan, facts, nodes),
    ...(facts.unread === undefined ? [] : [{ reason: PREFLIGHT_REASONS.ChecksIncomplete, message: facts.unread }]),
  ].map(({ reason, message }) => ({ reason, message: cutToBytes(message, MESSAGE_BYTES) }));
  if (found.length <= MAX_WARNINGS) return found;
  const left = found.length - MAX_WARNINGS + 1;
  const rest = { reason: PREFLIGHT_REASONS.MoreWarnings, message: `and ${counted(left, 'more warning')} like these` };
  return [...found.slice(0, MAX_WARNINGS - 1), rest];
}

function warnOfClaims({ plan }: PlanSnapshot, nodes: readonly NodeFact[]): PreflightWarning[] {
  const others = nodes.filter((node) => node.claim !== undefined && node.claim !== plan.metadata.uid);
  if (others.length === 0) return [];
  const [first] = others;
  const by = first?.turn === undefined ? '' : `, ${first.name} by ${first.turn.namespace}/${first.turn.plan}`;
  const share =
    others.length === nodes.length ? `all ${nodes.length} nodes` : `${others.length} of ${counted(nodes.length, 'node')}`;
  const message = `${share} are in the turn of another plan and have to wait: ${listNames(others.map(({ name }) => name))}${by}`;
  return [{ reason: PREFLIGHT_REASONS.NodesClaimed, message }];
}

function warnOfDownNodes(nodes: readonly NodeFact[]): PreflightWarning[] {
  const cause = (node: NodeFact): string | undefined => {
    if (node.quarantine !== undefined) return `quarantined by ${node.quarantine.namespace}/${node.quarantine.plan}`;
    if (!node.ready) return 'NotReady';
    return node.unschedulable && node.claim === undefined ? 'cordoned' : undefined;
  };
  const found = nodes.flatMap((node) => {
    const why = cause(node);
    return why === undefined ? [] : [`${node.name} (${why})`];
  });
  if (found.length === 0) return [];
  return [
    { reason: PREFLIGHT_REASONS.NodesDown, message: `already down, and counted towards maxUnavailable: ${listNames(found)}` },
  ];
}

/** The nodes that will be drained, because a process disrupts them. */
function drainedNodes({ spec }: UpgradePlan, nodes: readonly NodeFact[]): ReadonlySet<string> {
  const disrupting = spec.drain.mode === 'Auto' ? spec.processes.filter((process) => process.disruption !== 'None') : [];
  return new Set(disrupting.flatMap((process) => nodesOf(process, nodes)).map((node) => node.name));
}

function warnOfBudgets(plan: UpgradePlan, { guarded: pods }: PreflightFacts, nodes: readonly NodeFact[]): PreflightWarning[] {
  const drained = drainedNodes(plan, nodes);
  const { ignore } = plan.spec.drain;
  const byBudget = new Map<string, GuardedPod[]>();
  for (const pod of pods) {
    if (!drained.has(pod.node) || (ignore !== undefined && selects(ignore.podSelector, pod.labels))) continue;
    const key = `${pod.namespace}/${pod.budget}`;
    byBudget.set(key, [...(byBudget.get(key) ?? []), pod]);
  }
  return [...byBudget].map(([budget, blocked]) => {
    const names = listNames(blocked.map((pod) => `${pod.name} on ${pod.node}`));
    const message = `the PodDisruptionBudget ${budget} allows no disruption now, and would hold up the drain of ${names}`;
    return { reason: PREFLIGHT_REASONS.DisruptionNotAllowed, message };
  });
}

/** One Event for each generation. Its name depends on the generation only, so that a second attempt does not create another. */
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
