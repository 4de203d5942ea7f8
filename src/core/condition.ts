import { cutToBytes, toRfc3339 } from './text.ts';

/** A Kubernetes condition. */
export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
  readonly observedGeneration?: number;
  readonly lastTransitionTime: string;
}

/** A condition without `lastTransitionTime`. */
export type Finding = Omit<Condition, 'lastTransitionTime'>;

/**
 * Turns findings into conditions. `lastTransitionTime` changes only with `status`, so that an unchanged finding causes no write. A
 * condition without a finding is dropped: abnormal conditions exist only while they are true.
 */
export function updateConditions(
  before: readonly Condition[] | undefined,
  findings: readonly Finding[],
  now: number,
): Condition[] {
  return findings.map((finding) => {
    const previous = before?.find((condition) => condition.type === finding.type);
    const unchanged = previous?.status === finding.status;
    return {
      ...finding,
      message: cutToBytes(finding.message, 1024),
      lastTransitionTime: unchanged ? previous.lastTransitionTime : toRfc3339(now),
    };
  });
}

/** The condition of this type; undefined when absent, which means Unknown. */
export function findCondition(conditions: readonly Condition[] | undefined, type: string): Condition | undefined {
  return conditions?.find((condition) => condition.type === type);
}

/** Whether the condition of this type is True. */
export function isTrue(conditions: readonly Condition[] | undefined, type: string): boolean {
  return findCondition(conditions, type)?.status === 'True';
}
