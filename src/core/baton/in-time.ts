import type { Receipt } from '../../api/generated/upgradebatch.ts';
import { toInstant } from '../text.ts';

/** Receipts from the oldest to the newest. */
export function inTime<T extends Pick<Receipt, 'time'>>(receipts: readonly T[]): readonly T[] {
  return receipts.toSorted((a, b) => (toInstant(a.time) ?? 0) - (toInstant(b.time) ?? 0));
}
