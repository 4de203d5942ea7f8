import type { DoneMark } from '../../../api/marks.ts';
import type { JsonPatchOperation } from '../../../kube/client/client.ts';
import { annotation } from './patch-operations.ts';

/** What the end of a turn does with the plan's done-mark: it sets one, or removes that of an earlier revision. */
export interface DoneMarkChange {
  /** Key of the annotation. */
  readonly key: string;
  readonly mark: DoneMark | 'Remove';
}

/** The operation for a change of the done-mark; none without one. */
export function changeDoneMark(change: DoneMarkChange | undefined): readonly JsonPatchOperation[] {
  if (change === undefined) return [];
  const path = annotation(change.key);
  return change.mark === 'Remove' ? [{ op: 'remove', path }] : [{ op: 'add', path, value: JSON.stringify(change.mark) }];
}
