import type { NodeFact } from '../../facts.ts';
import { selects } from '../../selector.ts';
import type { OperatorIdentity, OperatorPod } from '../model/facts.ts';
import { downReason } from './fleet.ts';
import type { PlanSnapshot } from '../model/snapshot.ts';

/** The operator's Pod when it runs on this node. It is movable if one of the nodes that the plan sees can take it. */
export function operatorPodOn(name: string, snapshot: PlanSnapshot, identity: OperatorIdentity): OperatorPod | undefined {
  const pod = snapshot.pods.get(name)?.find((candidate) => candidate.uid === identity.podUid);
  if (pod === undefined) return undefined;
  const { nodeSelector } = identity;
  const movable = [...snapshot.nodes.values()].some((node) => node.name !== name && takesPods(node, nodeSelector));
  return { uid: pod.uid, movable };
}

/** Rules out all tainted nodes, because the operator's tolerations are not known here. */
function takesPods(node: NodeFact, nodeSelector: OperatorIdentity['nodeSelector']): boolean {
  return downReason(node) === undefined && !node.leaving && !node.tainted && selects({ matchLabels: nodeSelector }, node.labels);
}
