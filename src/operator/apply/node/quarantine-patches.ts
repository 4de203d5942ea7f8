import type { Quarantine } from '../../../api/marks.ts';
import { ANNOTATIONS, TAINTS } from '../../../api/names.ts';
import type { NodeFact } from '../../../core/facts.ts';
import type { JsonPatchOperation } from '../../../kube/client/client.ts';
import type { Json } from '../../../core/json.ts';
import type { CurrentNode } from './current-node.ts';
import { changeDoneMark, type DoneMarkChange } from './done-mark-change.ts';
import { annotation, endTurn, isUncordoned, UNSCHEDULABLE } from './patch-operations.ts';

/**
 * Quarantines a Node: the turn ends, the Node stays cordoned and gets a taint. The done-mark of an earlier revision is removed, because
 * the failed upgrade may have undone part of it.
 */
export function quarantinePatch(
  node: NodeFact,
  quarantine: Quarantine,
  current: CurrentNode,
  doneMark: string,
): readonly JsonPatchOperation[] {
  const taint = { key: TAINTS.failed, value: quarantine.plan, effect: 'NoSchedule' };
  return [
    { op: 'test', path: '/metadata/resourceVersion', value: current.resourceVersion },
    ...endTurn(node, quarantine.planUid),
    ...(node.done === undefined ? [] : [{ op: 'remove', path: annotation(doneMark) } as const]),
    { op: 'add', path: annotation(ANNOTATIONS.quarantine), value: JSON.stringify(quarantine) },
    { op: 'add', path: UNSCHEDULABLE, value: true },
    { op: 'add', path: '/spec/taints', value: [...withoutOwnTaints(current.taints, quarantine.planUid), taint] },
  ];
}

/** Ends the turn and the quarantine of a Node at once, after a rollback. */
export function releaseFromQuarantinePatch(
  node: NodeFact,
  planUid: string,
  done: DoneMarkChange | undefined,
  current: CurrentNode,
): readonly JsonPatchOperation[] {
  return [
    { op: 'test', path: '/metadata/resourceVersion', value: current.resourceVersion },
    ...endTurn(node, planUid),
    { op: 'remove', path: annotation(ANNOTATIONS.quarantine) },
    { op: 'add', path: '/spec/taints', value: withoutOwnTaints(current.taints, planUid) },
    ...(isUncordoned(node) ? [{ op: 'remove', path: UNSCHEDULABLE } as const] : []),
    ...changeDoneMark(done),
  ];
}

/** Ends a quarantine: removes the taint, the annotation and the cordon. A Node that was cordoned before its turn stays cordoned. */
export function endQuarantinePatch(node: NodeFact, current: CurrentNode): readonly JsonPatchOperation[] {
  const staysCordoned = node.quarantine?.unschedulableBefore === true;
  return [
    { op: 'test', path: '/metadata/uid', value: node.uid },
    { op: 'test', path: '/metadata/resourceVersion', value: current.resourceVersion },
    { op: 'remove', path: annotation(ANNOTATIONS.quarantine) },
    { op: 'add', path: '/spec/taints', value: withoutQuarantineTaint(current.taints) },
    ...(staysCordoned || !node.unschedulable ? [] : [{ op: 'remove', path: UNSCHEDULABLE } as const]),
  ];
}

/** The taints without those of a quarantine and of the plan's outdated mark. */
function withoutOwnTaints(taints: readonly Json[], planUid: string): readonly Json[] {
  return withoutQuarantineTaint(taints).filter((taint) => taint['key'] !== TAINTS.outdated || taint['value'] !== planUid);
}

function withoutQuarantineTaint(taints: readonly Json[]): readonly Json[] {
  return taints.filter((taint) => taint['key'] !== TAINTS.failed);
}
