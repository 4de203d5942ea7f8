import { ANNOTATIONS, LABELS, TAINTS } from '../../../api/names.ts';
import type { NodeFact } from '../../../core/facts.ts';
import type { JsonPatchOperation } from '../../../kube/client/client.ts';

/** Path of the field that cordons a Node. */
export const UNSCHEDULABLE = '/spec/unschedulable';

/** Annotations that keep autoscalers from removing a Node during its turn. */
export const KEEP_AWAY = [ANNOTATIONS.karpenterDoNotDisrupt, ANNOTATIONS.autoscalerScaleDownDisabled];

/** Path of a label. */
export function label(key: string): string {
  return pointer('metadata', 'labels', key);
}

/** Path of an annotation. */
export function annotation(key: string): string {
  return pointer('metadata', 'annotations', key);
}

/** A JSON Pointer (RFC 6901). */
function pointer(...parts: readonly string[]): string {
  return `/${parts.map((part) => part.replaceAll('~', '~0').replaceAll('/', '~1')).join('/')}`;
}

/** Creates a missing map, because a JSON Patch cannot add to one. The test protects entries that were added after the read. */
export function emptyMap(path: string): readonly JsonPatchOperation[] {
  return [
    { op: 'test', path, value: null },
    { op: 'add', path, value: {} },
  ];
}

/**
 * Ends a turn, whatever its outcome: removes the claim, the turn, the label of an external process, the annotations for autoscalers that
 * the claim added, and the label of the outdated mark.
 */
export function endTurn(node: NodeFact, planUid: string): readonly JsonPatchOperation[] {
  const kept = node.turn?.before.kept ?? [];
  const added = KEEP_AWAY.filter((key) => node.kept.includes(key) && !kept.includes(key));
  return [
    { op: 'test', path: '/metadata/uid', value: node.uid },
    { op: 'test', path: label(LABELS.claim), value: planUid },
    { op: 'remove', path: label(LABELS.claim) },
    ...removeProcessLabel(node),
    ...(node.turn === undefined ? [] : [{ op: 'remove', path: annotation(ANNOTATIONS.turn) } as const]),
    ...added.map((key) => ({ op: 'remove', path: annotation(key) }) as const),
    ...removeOutdatedLabel(node, planUid),
  ];
}

/** Removes the label that hands the turn to the node's own updater. The test catches a label that was set after the read. */
export function removeProcessLabel(node: NodeFact): readonly JsonPatchOperation[] {
  const process = node.labels[LABELS.process];
  return [
    { op: 'test', path: label(LABELS.process), value: process ?? null },
    ...(process === undefined ? [] : [{ op: 'remove', path: label(LABELS.process) } as const]),
  ];
}

/** Removes the label of the plan's outdated mark. */
export function removeOutdatedLabel(node: NodeFact, planUid: string): readonly JsonPatchOperation[] {
  if (node.labels[LABELS.outdated] !== planUid) return [];
  return [{ op: 'remove', path: label(LABELS.outdated) }];
}

/** Removes the taint of the plan's outdated mark. The patch fails (422) when the taint has moved; the next pass finds it again. */
export function removeOutdatedTaint(node: NodeFact, planUid: string): readonly JsonPatchOperation[] {
  const { outdated } = node;
  if (outdated?.planUid !== planUid) return [];
  const taint = pointer('spec', 'taints', `${outdated.index}`);
  return [
    { op: 'test', path: `${taint}/key`, value: TAINTS.outdated },
    { op: 'test', path: `${taint}/value`, value: planUid },
    { op: 'remove', path: taint },
  ];
}

/** Whether the end of the turn uncordons the Node. */
export function isUncordoned({ turn, unschedulable }: NodeFact): boolean {
  return turn?.cordoned === true && !turn.before.unschedulable && unschedulable;
}
