import type { Verdict } from './filters.ts';

/** Nodes of a cluster that were looked at, and why none of them takes a pod. */
export interface Rejection {
  readonly nodes: number;
  readonly verdicts: readonly Verdict[];
}

/** Why a pod cannot be scheduled, in the sentence of kube-scheduler. */
export function fitError({ nodes, verdicts }: Rejection): string {
  if (nodes === 0) return 'no nodes available to schedule pods';
  // The others were left out because the pod is pinned to nodes by name.
  const others = nodes - verdicts.length;
  const reasons = [
    ...verdicts.flatMap((verdict) => verdict.reasons),
    ...repeated("node(s) didn't satisfy plugin(s) [NodeAffinity]", others),
  ];
  const resolvable = verdicts.filter((verdict) => verdict.resolvable).length;
  const preemption = [
    ...repeated('No preemption victims found for incoming pod', resolvable),
    ...repeated('Preemption is not helpful for scheduling', nodes - resolvable),
  ];
  return `${histogram(nodes, reasons)} preemption: ${histogram(nodes, preemption)}`;
}

function repeated(reason: string, times: number): readonly string[] {
  return Array.from({ length: times }, () => reason);
}

function histogram(nodes: number, reasons: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const texts = [...counts].map(([reason, count]) => `${count} ${reason}`).sort();
  return `0/${nodes} nodes are available: ${texts.join(', ')}.`;
}
