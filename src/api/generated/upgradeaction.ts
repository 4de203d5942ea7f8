// Generated from crds/upgradeactions.baton.dev.yaml by `npm run generate`: do not edit.

import type { ObjectMeta } from '../object-meta.ts';

/** UpgradeAction is a one-time act of a person on a plan. The object is the audit trail. */
export interface UpgradeAction {
  readonly apiVersion: 'baton.dev/v1alpha1';
  readonly kind: 'UpgradeAction';
  readonly metadata: ObjectMeta;
  /** spec is what is asked for. It never changes. */
  readonly spec: UpgradeActionSpec;
  /** status says what became of the act. */
  readonly status?: UpgradeActionStatus;
}

/** `spec` of an UpgradeAction. */
export interface UpgradeActionSpec {
  /** plan is the name of the UpgradePlan in this namespace. */
  readonly plan: string;
  /** action is what is asked for. Approve lets the batch that waits for it start, or be followed by the next one, or be rolled back; Pause lets nothing more start until a Resume; Resume lets a plan go on that somebody paused, or that paused because too many nodes failed, and then starts its budget anew; Retry gives nodes that failed or were rolled back a later batch and ends their quarantine; Skip leaves out nodes that wait for their turn; Release ends the quarantine of nodes; Abort ends the rollout of this revision, or its rollback; Rollback takes back what the named batch did, or with `revision` all that the rollout has changed, and ends the rollout. */
  readonly action: 'Abort' | 'Approve' | 'Pause' | 'Release' | 'Resume' | 'Retry' | 'Rollback' | 'Skip';
  /** batch is the UpgradeBatch that the act is for, so that it cannot let a later one pass. */
  readonly batch?: string;
  /** revision is the plan's revision that the act is for, or at least the first four characters of it. */
  readonly revision?: string;
  /** maxFailed is the plan's failure budget after a Resume, instead of spec.failure.maxFailed, until the plan comes to another revision. */
  readonly maxFailed?: number | string;
  /** nodes are the names of the nodes that the act is for. */
  readonly nodes?: readonly string[];
  /** reason says why, for those who read it later. */
  readonly reason?: string;
  /** requestedBy is who asked. Admission fills it in from the request; another value is refused. */
  readonly requestedBy?: string;
}

/** `status` of an UpgradeAction. */
export interface UpgradeActionStatus {
  /** conditions has Applied - True once done, False when refused, with the reason. */
  readonly conditions?: readonly Condition[];
}

/** `status.conditions[]` of an UpgradeAction. */
export interface Condition {
  /** type is the condition's name. */
  readonly type: string;
  /** status is whether it holds. */
  readonly status: 'True' | 'False' | 'Unknown';
  /** reason is one CamelCase word for why. */
  readonly reason: string;
  /** message says it to a person. */
  readonly message: string;
  /** observedGeneration is the generation that was looked at. */
  readonly observedGeneration?: number;
  /** lastTransitionTime is when status last changed. */
  readonly lastTransitionTime: string;
}
