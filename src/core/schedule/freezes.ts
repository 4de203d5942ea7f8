import type { ChangeFreeze } from '../../api/generated/upgradeplan.ts';
import type { Instant } from '../facts.ts';
import { toInstant } from '../text.ts';

/** The freezes of the cluster, which apply to every plan. */
export type ClusterFreezes =
  | { readonly kind: 'Known'; readonly freezes: readonly ChangeFreeze[] }
  /** Freezes may exist, but they cannot be read or are invalid. */
  | { readonly kind: 'Unreadable'; readonly message: string };

/** The freeze in effect at an instant; of several, the one that ends last. An invalid start or end does not limit a freeze. */
export function freezeAt(freezes: readonly ChangeFreeze[], now: Instant): ChangeFreeze | undefined {
  const end = ({ to }: ChangeFreeze): Instant => toInstant(to) ?? Infinity;
  return freezes
    .filter((freeze) => (toInstant(freeze.from) ?? -Infinity) <= now && now < end(freeze))
    .reduce<ChangeFreeze | undefined>(
      (last, freeze) => (last === undefined || end(freeze) > end(last) ? freeze : last),
      undefined,
    );
}
