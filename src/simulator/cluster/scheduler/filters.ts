import { asObjects, type Json } from '../../../core/json.ts';
import type { KubeObject } from '../../../kube/kube-object.ts';
import { allowsNode } from '../scheduling/node-affinity.ts';
import { podRequests } from '../scheduling/pod-requests.ts';
import { selectsLabels } from '../scheduling/selectors.ts';
import { hasUntolerated, tolerates } from '../scheduling/tolerations.ts';
import { specOf } from '../state/objects.ts';
import { antiAffinityOf, type NodeUsage } from './node-usage.ts';

/** Why a node does not take a pod, in the scheduler's words; empty when it does. */
export interface Verdict {
  readonly reasons: readonly string[];
  /** Whether the node would take the pod if others left. */
  readonly resolvable: boolean;
}

const FITS: Verdict = { reasons: [], resolvable: false };
const CORDON = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };
/** Room for rounding when fractions of cores are added up. */
const TOLERANCE = 1e-6;

/** Asks the filters of the scheduler, in their order, for what keeps a pod from a node. */
export function examine(pod: KubeObject, usage: NodeUsage): Verdict {
  const spec = specOf(pod);
  const tolerations = asObjects(spec['tolerations']);
  const { node } = usage;
  const cordoned = specOf(node)['unschedulable'] === true;
  if (cordoned && !tolerations.some((each) => tolerates(each, CORDON))) return never('node(s) were unschedulable');
  if (hasUntolerated(node, tolerations, ['NoSchedule', 'NoExecute'])) return never('node(s) had untolerated taint(s)');
  if (!allowsNode(spec, node)) return never("node(s) didn't match Pod's node affinity/selector");
  const lacking = lacks(spec, usage);
  return lacking.reasons.length > 0 ? lacking : apart(pod, usage);
}

function never(reason: string): Verdict {
  return { reasons: [reason], resolvable: false };
}

function lacks(podSpec: Json, { capacity, used, podCount }: NodeUsage): Verdict {
  const { cpu, memory } = podRequests(podSpec);
  const missing = [
    { reason: 'Too many pods', lacking: podCount + 1 > capacity.pods, never: false },
    { reason: 'Insufficient cpu', lacking: cpu > 0 && used.cpu + cpu > capacity.cpu + TOLERANCE, never: cpu > capacity.cpu },
    {
      reason: 'Insufficient memory',
      lacking: memory > 0 && used.memory + memory > capacity.memory,
      never: memory > capacity.memory,
    },
  ].filter(({ lacking }) => lacking);
  return { reasons: missing.map(({ reason }) => reason), resolvable: missing.every((each) => !each.never) };
}

function apart(pod: KubeObject, usage: NodeUsage): Verdict {
  const own = antiAffinityOf(pod);
  for (const placed of usage.placed().values()) {
    if (own.some((term) => concerns(term, pod, placed.pod))) {
      return { reasons: ["node(s) didn't match pod anti-affinity rules"], resolvable: true };
    }
    if (placed.apart.some((term) => concerns(term, placed.pod, pod))) {
      return { reasons: ["node(s) didn't satisfy existing pods anti-affinity rules"], resolvable: true };
    }
  }
  return FITS;
}

/** Whether a term of one pod is about another pod. Without namespaces, it is about those of its own. */
function concerns(term: Json, owner: KubeObject, other: KubeObject): boolean {
  const { namespaces } = term;
  const named: readonly unknown[] = Array.isArray(namespaces) && namespaces.length > 0 ? namespaces : [owner.metadata.namespace];
  return named.includes(other.metadata.namespace) && selectsLabels(term['labelSelector'], other.metadata.labels);
}
