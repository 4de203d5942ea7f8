import { PLAN_REASONS } from '../../../api/conditions.ts';
import type { PassView } from '../fleet/pass-view.ts';
import type { Hold } from '../model/hold.ts';

/** Holds everything until the spec has been validated. */
export function validationPending({ input }: PassView): Hold | undefined {
  const { validation } = input.snapshot;
  if (validation.kind !== 'Pending') return undefined;
  return { reason: PLAN_REASONS.ValidationPending, message: validation.message, summary: 'Waiting', kind: 'Working' };
}
