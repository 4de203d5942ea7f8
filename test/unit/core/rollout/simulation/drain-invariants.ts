import type { PodSelector } from '../../../../../src/api/generated/upgradebatch.ts';
import type { Command } from '../../../../../src/core/rollout/model/command.ts';
import type { PlanSnapshot } from '../../../../../src/core/rollout/model/snapshot.ts';
import { selects } from '../../../../../src/core/selector.ts';
import { must } from './must.ts';
import type { World } from './world.ts';

/** Nothing leaves a node but by the plan's consent, and nothing while it could come back there. */
export function checkPodToGo(
  world: World,
  snapshot: PlanSnapshot,
  { kind, pod }: Extract<Command, { kind: 'Evict' | 'DeletePod' }>,
): void {
  const node = world.nodes.get(pod.node);
  const batch = snapshot.batches.find((each) => each.metadata.uid === node?.turn?.batchUid);
  const drain = batch?.spec.drain;
  if (node === undefined || drain === undefined) return;
  const named = (rule: { readonly podSelector: PodSelector } | undefined): boolean =>
    rule !== undefined && selects(rule.podSelector, pod.labels);
  must(node.unschedulable, 4, () => `${pod.name} leaves ${node.name}, which is not cordoned`);
  must(drain.mode === 'Auto' && !named(drain.ignore), 6, () => `${pod.name} leaves ${node.name}, which the plan does not want`);
  must(pod.controllerKind !== undefined || drain.unmanagedPods === 'Delete', 6, () => `${pod.name} goes for good`);
  must(!pod.emptyDir || drain.emptyDirData === 'Delete', 6, () => `${pod.name} loses its data`);
  must(kind === 'Evict' || named(drain.force), 6, () => `${pod.name} is deleted past its budget`);
}
