import { cutToBytes, toRfc3339 } from './text.ts';

/** A condition as Kubernetes has it. */
export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
  readonly observedGeneration?: number;
  readonly lastTransitionTime: string;
}

/** A condition without the time of its last transition. */
export type Finding = Omit<Condition, 'lastTransitionTime'>;

/**
 * The conditions that follow from findings: `lastTransitionTime` stays unless `status` changed, so that a pass without news writes
 * nothing. Conditions without a finding go: abnormal ones exist only while they are true.
 */
export function settleConditions(
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

/** The condition of a type; undefined when absent, which means Unknown. */
export function findCondition(conditions: readonly Condition[] | undefined, type: string): Condition | undefined {
  return conditions?.find((condition) => condition.type === type);
}

/** Whether the condition of a type is True. */
export function isTrue(conditions: readonly Condition[] | undefined, type: string): boolean {
  return findCondition(conditions, type)?.status === 'True';
}
