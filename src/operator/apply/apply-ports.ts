import type { KubeObject, KubeClient } from '../../kube/client/client.ts';
import type { EvictionAnswers } from './apply-drain.ts';
import type { NodeWriter } from './node/apply-node.ts';

/** Takes the answers to our own writes into the caches, so that the next pass sees them. */
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
  jobsGone(batchUid: string): void;
  /** The Pods of a wave that pulled images ahead were deleted. */
  pullPodsGone(planUid: string, wave: string): void;
  gone(kind: 'lease' | 'group' | 'batch' | 'plan', key: string, uid: string): void;
}

/** What carrying out commands needs. */
export interface ApplyDeps {
  /** Namespace of the Leases of exclusive groups: the operator's own. */
  readonly groupNamespace: string;
  readonly client: KubeClient;
  readonly observer: Observer;
  readonly nodes: NodeWriter;
  readonly now: () => number;
  readonly evictions: EvictionAnswers;
  /** The API server refused a Job, or a Pod that pulls images, for good. */
  readonly jobRefused: (name: string, message: string) => void;
}
