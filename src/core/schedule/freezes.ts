import type { ChangeFreeze } from '../../api/generated/upgradeplan.ts';
import type { Instant } from '../facts.ts';
import { toInstant } from '../text.ts';

/** What is known of the freezes that every plan obeys. */
export type ClusterFreezes =
  | { readonly kind: 'Known'; readonly freezes: readonly ChangeFreeze[] }
  /** They are there, or may be, and nobody can tell what they say. */
  | { readonly kind: 'Unreadable'; readonly message: string };

/** The freeze that lasts longest of those in which an instant lies. A time that means nothing does not end, or begin, a freeze. */
export function freezeAt(freezes: readonly ChangeFreeze[], now: Instant): ChangeFreeze | undefined {
  const end = ({ to }: ChangeFreeze): Instant => toInstant(to) ?? Infinity;
  return freezes
    .filter((freeze) => (toInstant(freeze.from) ?? -Infinity) <= now && now < end(freeze))
    .reduce<ChangeFreeze | undefined>(
      (last, freeze) => (last === undefined || end(freeze) > end(last) ? freeze : last),
      undefined,
    );
}
