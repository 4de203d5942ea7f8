import type { Turn } from '../../../api/marks.ts';
import { ANNOTATIONS, LABELS } from '../../../api/names.ts';
import type { NodeFact } from '../../../core/facts.ts';
import type { JsonPatchOperation } from '../../../kube/client/client.ts';
import type { CurrentNode } from './current-node.ts';
import { changeDoneMark, type DoneMarkChange } from './done-mark-change.ts';
import {
  annotation,
  emptyMap,
  endTurn,
  isUncordoned,
  KEEP_AWAY,
  label,
  removeOutdatedTaint,
  removeProcessLabel,
  UNSCHEDULABLE,
} from './patch-operations.ts';

/**
 * The claim: one patch that locks the Node, cordons it, and records its earlier state. It fails as a whole (422) when the Node was
 * recreated, claimed, cordoned or uncordoned after the snapshot.
 */
export function claimPatch(node: NodeFact, planUid: string, turn: Turn): readonly JsonPatchOperation[] {
  return [
    { op: 'test', path: '/metadata/uid', value: node.uid },
    ...(Object.keys(node.labels).length === 0 ? emptyMap('/metadata/labels') : []),
    // The API server treats a missing member as null in a `test`.
    { op: 'test', path: label(LABELS.claim), value: null },
    { op: 'test', path: UNSCHEDULABLE, value: node.unschedulable ? true : null },
    ...(node.annotated ? [] : emptyMap('/metadata/annotations')),
    { op: 'add', path: label(LABELS.claim), value: planUid },
    { op: 'add', path: annotation(ANNOTATIONS.turn), value: JSON.stringify(turn) },
    ...KEEP_AWAY.filter((key) => !node.kept.includes(key)).map(
      (key) => ({ op: 'add', path: annotation(key), value: 'true' }) as const,
    ),
    ...(turn.cordoned ? [{ op: 'add', path: UNSCHEDULABLE, value: true } as const] : []),
  ];
}

/**
 * Cordons a Node that somebody else uncordoned during its turn. It fails (422) when anything else of the Node has changed, because it
 * rewrites the whole turn.
 */
export function cordonPatch(node: NodeFact, planUid: string, turn: Turn): readonly JsonPatchOperation[] {
  return [
    { op: 'test', path: '/metadata/resourceVersion', value: node.resourceVersion },
    { op: 'test', path: label(LABELS.claim), value: planUid },
    { op: 'test', path: UNSCHEDULABLE, value: null },
    { op: 'add', path: annotation(ANNOTATIONS.turn), value: JSON.stringify(turn) },
    { op: 'add', path: UNSCHEDULABLE, value: true },
  ];
}

/** Hands the turn to the node's own updater for an external process. */
export function startExternalPatch(node: NodeFact, planUid: string, process: string): readonly JsonPatchOperation[] {
  return [
    { op: 'test', path: '/metadata/uid', value: node.uid },
    { op: 'test', path: label(LABELS.claim), value: planUid },
    { op: 'add', path: label(LABELS.process), value: process },
  ];
}

/** Starts the next attempt of a turn. It fails (422) when the Node has changed since `current` was read. */
export function retryPatch(
  node: NodeFact,
  planUid: string,
  turn: Turn,
  { resourceVersion }: Pick<CurrentNode, 'resourceVersion'>,
): readonly JsonPatchOperation[] {
  return [
    { op: 'test', path: '/metadata/uid', value: node.uid },
    { op: 'test', path: '/metadata/resourceVersion', value: resourceVersion },
    { op: 'test', path: label(LABELS.claim), value: planUid },
    { op: 'replace', path: annotation(ANNOTATIONS.turn), value: JSON.stringify(turn) },
    ...removeProcessLabel(node),
  ];
}

/** The release: restores the state before the turn. A Node that was cordoned before its turn, or is quarantined, stays cordoned. */
export function releasePatch(node: NodeFact, planUid: string, done: DoneMarkChange | undefined): readonly JsonPatchOperation[] {
  const uncordon = node.quarantine === undefined && isUncordoned(node);
  return [
    ...endTurn(node, planUid),
    ...removeOutdatedTaint(node, planUid),
    ...(uncordon ? [{ op: 'remove', path: UNSCHEDULABLE } as const] : []),
    ...changeDoneMark(done),
  ];
}
