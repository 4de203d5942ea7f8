import type { KubeObject, KubeClient } from '../../kube/client/client.ts';
import type { EvictionAnswers } from './apply-drain.ts';
import type { NodeWriter } from './node/apply-node.ts';

/** Puts the API server's answers to our writes into the caches, so that the next pass sees them. */
export interface Observer {
  node(node: KubeObject): void;
  job(job: KubeObject): void;
  pod(pod: KubeObject): void;
  lease(lease: KubeObject): void;
  /** The Lease of an exclusive group. */
  group(lease: KubeObject): void;
  plan(plan: KubeObject): void;
  batch(batch: KubeObject): void;
  action(action: KubeObject): void;
  /** The Jobs of a batch were deleted. */
  jobsDeleted(batchUid: string): void;
  /** The pre-pull Pods of a wave were deleted. */
  pullPodsDeleted(planUid: string, wave: string): void;
  deleted(kind: 'lease' | 'group' | 'batch' | 'plan', key: string, uid: string): void;
}

/** What applying commands needs. */
export interface ApplyDeps {
  /** Namespace of the Leases of exclusive groups: that of the operator. */
  readonly groupNamespace: string;
  readonly client: KubeClient;
  readonly observer: Observer;
  readonly nodes: NodeWriter;
  readonly now: () => number;
  readonly evictions: EvictionAnswers;
  /** The API server rejected a Job or a pre-pull Pod, and will reject it again. */
  readonly jobRejected: (name: string, message: string) => void;
}
