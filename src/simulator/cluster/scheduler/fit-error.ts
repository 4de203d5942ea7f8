import type { Verdict } from './filters.ts';

/** Nodes of a cluster that were looked at, and why none of them takes a pod. */
export interface Rejection {
  readonly nodes: number;
  readonly verdicts: readonly Verdict[];
}

/** Why a pod cannot be scheduled, in the sentence of kube-scheduler. */
export function fitError({ nodes, verdicts }: Rejection): string {
  if (nodes === 0) return 'no nodes available to schedule pods';
  const reasons = new Map<string, number>();
  for (const reason of verdicts.flatMap((verdict) => verdict.reasons)) count(reasons, reason, 1);
  // The others were left out because the pod is pinned to nodes by name.
  count(reasons, "node(s) didn't satisfy plugin(s) [NodeAffinity]", nodes - verdicts.length);
  const resolvable = verdicts.filter((verdict) => verdict.resolvable).length;
  const preemption = new Map<string, number>();
  count(preemption, 'No preemption victims found for incoming pod', resolvable);
  count(preemption, 'Preemption is not helpful for scheduling', nodes - resolvable);
  return `${histogram(nodes, reasons)} preemption: ${histogram(nodes, preemption)}`;
}

function count(reasons: Map<string, number>, reason: string, times: number): void {
  if (times > 0) reasons.set(reason, (reasons.get(reason) ?? 0) + times);
}

function histogram(nodes: number, reasons: ReadonlyMap<string, number>): string {
  const texts = [...reasons].map(([reason, times]) => `${times} ${reason}`).sort();
  return `0/${nodes} nodes are available: ${texts.join(', ')}.`;
}
