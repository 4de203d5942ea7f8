import type { PlanSnapshot, Validation } from '../model/snapshot.ts';
import { validateDaemonSets } from './daemon-set-rules.ts';
import { validateFit } from './template-fit.ts';

/** Whether the spec can be carried out on the plan's nodes and with the existing DaemonSets. */
export function validateOnFleet(snapshot: PlanSnapshot): Validation {
  const { validation } = snapshot;
  return validation.kind === 'Valid' ? (validateDaemonSets(snapshot) ?? validateFit(snapshot) ?? validation) : validation;
}
