import { LABELS, TAINTS } from '../../../api/names.ts';
import type { NodeFact } from '../../../core/facts.ts';
import type { JsonPatchOperation } from '../../../kube/client/client.ts';
import { emptyMap, label, removeOutdatedLabel, removeOutdatedTaint } from './patch-operations.ts';

/** Marks a Node that the plan has yet to upgrade. It fails (422) when the Node was recreated or marked after the snapshot. */
export function markOutdatedPatch(node: NodeFact, planUid: string): readonly JsonPatchOperation[] {
  const taint = { key: TAINTS.outdated, value: planUid, effect: 'PreferNoSchedule' };
  return [
    { op: 'test', path: '/metadata/uid', value: node.uid },
    ...(Object.keys(node.labels).length === 0 ? emptyMap('/metadata/labels') : []),
    { op: 'test', path: label(LABELS.outdated), value: null },
    { op: 'add', path: label(LABELS.outdated), value: planUid },
    ...(node.taints > 0
      ? ([{ op: 'add', path: '/spec/taints/-', value: taint }] as const)
      : ([
          { op: 'test', path: '/spec/taints', value: null },
          { op: 'add', path: '/spec/taints', value: [taint] },
        ] as const)),
  ];
}

/** Removes the mark, or what is left of it. */
export function unmarkOutdatedPatch(node: NodeFact, planUid: string): readonly JsonPatchOperation[] {
  return [
    { op: 'test', path: '/metadata/uid', value: node.uid },
    ...removeOutdatedLabel(node, planUid),
    ...removeOutdatedTaint(node, planUid),
  ];
}
