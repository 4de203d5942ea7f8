import type { Receipt } from '../../api/generated/upgradebatch.ts';
import { toInstant } from '../text.ts';

/** Receipts, sorted by time. */
export function oldestFirst<T extends Pick<Receipt, 'time'>>(receipts: readonly T[]): readonly T[] {
  return receipts.toSorted((a, b) => (toInstant(a.time) ?? 0) - (toInstant(b.time) ?? 0));
}
