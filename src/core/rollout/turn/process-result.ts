import type { ProcessRecord } from '../../../api/generated/upgradebatch.ts';
import type { Instant } from '../../facts.ts';
import type { Command } from '../model/command.ts';

/** How far a process is. `record` is what was observed; `overdue`: it is past a time limit and has not ended. */
export type ProcessResult =
  | { readonly kind: 'NotStarted' }
  | {
      readonly kind: 'Running' | 'Verifying' | 'Succeeded' | 'Failed';
      readonly record: ProcessRecord;
      readonly overdue: boolean;
      readonly requeueAt?: Instant;
      readonly commands?: readonly Command[];
    };

/** How far a process that has begun is. */
export type BegunResult = Exclude<ProcessResult, { kind: 'NotStarted' }>;
