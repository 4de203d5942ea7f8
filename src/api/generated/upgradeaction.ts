// Generated from crds/upgradeactions.baton.dev.yaml by `npm run generate`: do not edit.

import type { ObjectMeta } from '../object-meta.ts';

/** UpgradeAction is a one-time request by a person that changes the course of a plan. The object is its own audit record. */
export interface UpgradeAction {
  readonly apiVersion: 'baton.dev/v1alpha1';
  readonly kind: 'UpgradeAction';
  readonly metadata: ObjectMeta;
  /** spec is the requested action. It is immutable. */
  readonly spec: UpgradeActionSpec;
  /** status is the result of the action. */
  readonly status?: UpgradeActionStatus;
}

/** `spec` of an UpgradeAction. */
export interface UpgradeActionSpec {
  /** plan is the name of an UpgradePlan in this namespace. */
  readonly plan: string;
  /** action is the requested action. Approve lets a batch that waits for approval start, be followed by the next batch, or be rolled back. Pause starts no further nodes until a Resume. Resume continues a plan that was paused by an action or because too many nodes failed; in the latter case it also resets the failure budget. Retry ends the quarantine of nodes that failed or were rolled back and puts them into a later batch. Skip leaves out nodes that have not started. Release ends the quarantine of nodes. Abort ends the rollout of this revision, or its rollback. Rollback undoes what the named batch did or, with `revision`, everything that the rollout has changed, and ends the rollout. */
  readonly action: 'Abort' | 'Approve' | 'Pause' | 'Release' | 'Resume' | 'Retry' | 'Rollback' | 'Skip';
  /** batch is the name of the UpgradeBatch that the action applies to, so that the action cannot affect a later batch. */
  readonly batch?: string;
  /** revision is the revision of the plan that the action applies to, or at least its first four characters. */
  readonly revision?: string;
  /** maxFailed is the failure budget of the plan after a Resume: a number, or a percentage of the plan's nodes. It replaces spec.failure.maxFailed until the plan's revision changes. */
  readonly maxFailed?: number | string;
  /** nodes are the names of the nodes that the action applies to. */
  readonly nodes?: readonly string[];
  /** reason explains why the action was requested. */
  readonly reason?: string;
  /** requestedBy is the user who created the action. Admission sets it from the request and rejects any other value. */
  readonly requestedBy?: string;
}

/** `status` of an UpgradeAction. */
export interface UpgradeActionStatus {
  /** conditions contains the condition Applied, which is True once the action was applied and False if it was rejected. Its reason says why. */
  readonly conditions?: readonly Condition[];
}

/** `status.conditions[]` of an UpgradeAction. */
export interface Condition {
  /** type is the type of the condition. */
  readonly type: string;
  /** status is the status of the condition. */
  readonly status: 'True' | 'False' | 'Unknown';
  /** reason is a CamelCase identifier for why the condition has this status. */
  readonly reason: string;
  /** message is a human-readable explanation of the status. */
  readonly message: string;
  /** observedGeneration is the metadata.generation that the condition is based on. */
  readonly observedGeneration?: number;
  /** lastTransitionTime is when the status of the condition last changed. */
  readonly lastTransitionTime: string;
}
