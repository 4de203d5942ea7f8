import { LABELS } from '../../../../../src/api/names.ts';
import type { PodFact } from '../../../../../src/core/facts.ts';
import type { GateObservation } from '../../../../../src/core/rollout/model/facts.ts';
import { selects } from '../../../../../src/core/selector.ts';
import type { Rejection } from '../../../../../src/core/rollout/model/eviction-answer.ts';
import { needsPreflight } from '../../../../../src/core/rollout/preparation/preflight.ts';
import { isMarkedBy } from '../../../../../src/core/rollout/batch/outdated-marks.ts';
import type { PlanSnapshot } from '../../../../../src/core/rollout/model/snapshot.ts';
import { daemonSetsOf } from './daemon-sets.ts';
import { isPullPod } from './pre-pulls.ts';
import { shareSinks } from './shared-sinks.ts';
import type { World } from './world.ts';

/** A Pod is asked for again after so long (ms). */
const ASK_AGAIN_MS = 5000;

/** What an operator knows that is nowhere in the cluster. A crash loses it. */
export interface Memory {
  readonly startedAt: number;
  /** What the API server said to evictions, and when, by Pod UID. */
  readonly evictions: Map<string, { readonly at: number; readonly rejection: Rejection | undefined }>;
  readonly jobRefusals: Map<string, string>;
  /** What was last seen of each gate. */
  readonly gates: Map<string, GateObservation>;
  /** When each status was last written, by UID. */
  readonly statusWrittenAt: Map<string, number>;
}

/** The memory of an operator that has just started. */
export function freshMemory(startedAt: number): Memory {
  return {
    startedAt,
    evictions: new Map(),
    jobRefusals: new Map(),
    gates: new Map(),
    statusWrittenAt: new Map(),
  };
}

/** The snapshot as the gatherer makes it; undefined when the plan is gone. */
export function observe(world: World, memory: Memory): PlanSnapshot | undefined {
  const { plan, lease } = world;
  if (plan === undefined) return undefined;
  const batches = [...world.batches.values()]
    .filter((batch) => batch.spec.planUid === plan.metadata.uid)
    .sort((a, b) => a.spec.index - b.spec.index);
  const batched = new Set(batches.flatMap((batch) => batch.spec.nodes.map((node) => node.name)));
  const nodes = [...world.nodes.values()].filter(
    (node) =>
      selects(plan.spec.nodeSelector, node.labels) ||
      node.claim === plan.metadata.uid ||
      isMarkedBy(plan.metadata.uid, node) ||
      batched.has(node.name),
  );
  const claimed = new Set(nodes.filter((node) => node.claim === plan.metadata.uid).map((node) => node.name));
  const pods = new Map<string, PodFact[]>();
  const agentPods: PodFact[] = [];
  const pullPods: PodFact[] = [];
  for (const pod of world.pods.values()) {
    if (pod.labels[LABELS.leaseUid] !== undefined && pod.labels[LABELS.leaseUid] === lease?.uid) agentPods.push(pod);
    if (isPullPod(pod)) {
      pullPods.push(pod);
      continue;
    }
    if (pod.labels[LABELS.planUid] !== plan.metadata.uid && !claimed.has(pod.node)) continue;
    const list = pods.get(pod.node);
    if (list === undefined) pods.set(pod.node, [pod]);
    else list.push(pod);
  }
  return {
    ...shareSinks(world, plan),
    revision: world.revision(),
    validation: { kind: 'Valid' },
    preflight: needsPreflight(plan) ? { guarded: [], unread: undefined } : undefined,
    namespaceTerminating: world.namespaceTerminating,
    batches,
    nodes: new Map(nodes.map((node) => [node.name, node])),
    jobs: [...world.jobs.values()],
    pods,
    reporters: new Set(),
    reports: [...world.reports],
    actions: [...world.actions.values()],
    lease: lease === undefined ? undefined : { ...lease, unchangedMs: world.now - Math.max(lease.changedAt, memory.startedAt) },
    agentPods,
    pullPods,
    evictionAnswers: new Map(
      [...memory.evictions].map(([uid, { at, rejection }]) => [uid, { rejection, askAgainMs: at + ASK_AGAIN_MS - world.now }]),
    ),
    jobRejections: memory.jobRefusals,
    daemonSets: daemonSetsOf(world),
    siblings: world.siblings,
    groups: world.groups,
    clusterFreezes: { kind: 'Known', freezes: world.freezes },
    gates: memory.gates,
  };
}
