import type { Stage } from './stage.ts';

/** One way to break an invariant. */
export interface BrokenInvariant {
  /** Its name. */
  readonly invariant: string;
  /** What may happen. */
  readonly given: (stage: Stage) => void;
  /** What must not happen then. */
  readonly broken: (stage: Stage) => void;
}

/** Types a list of cases where it is written down. */
export function cases<T extends Omit<BrokenInvariant, 'broken'> = BrokenInvariant>(list: readonly T[]): readonly T[] {
  return list;
}
