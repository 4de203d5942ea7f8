import { LABELS } from '../../api/names.ts';
import type { UpgradePlan } from '../../api/generated/upgradeplan.ts';
import type { Command, Manifest } from '../../core/rollout/model/command.ts';
import type { KubeClient, KubeObject } from '../../kube/client/client.ts';
import { isKubeError } from '../../kube/client/kube-error.ts';
import { KINDS, resourcePath } from '../../kube/resource-path.ts';
import { asObject } from '../../core/json.ts';

/** Commands that create and delete pre-pull Pods: Pods that pull images ahead of a node's turn. */
export type PullCommand = Extract<Command, { kind: 'CreatePullPod' | 'DeletePullPods' }>;

/** Whether a command creates or deletes pre-pull Pods. */
export function isPullCommand(command: { readonly kind: string }): command is PullCommand {
  return command.kind === 'CreatePullPod' || command.kind === 'DeletePullPods';
}

/** What creating and deleting pre-pull Pods needs. */
export interface PullPodWriter {
  readonly client: Pick<KubeClient, 'create' | 'deleteCollection'>;
  readonly observer: {
    pod(pod: KubeObject): void;
    pullPodsDeleted(planUid: string, wave: string): void;
  };
  /** The API server rejected a Pod, and will reject it again. */
  readonly jobRejected: (name: string, message: string) => void;
}

/**
 * Creates a pre-pull Pod, or deletes all of a wave in one call. A rejection (a quota, a policy, a missing ServiceAccount) is recorded and
 * not an error, because an upgrade does not need the Pods.
 */
export async function applyToPullPods(
  { client, observer, jobRejected }: PullPodWriter,
  { metadata: { namespace, name, uid } }: UpgradePlan,
  command: PullCommand,
): Promise<void> {
  const path = resourcePath(KINDS.pods, { namespace });
  if (command.kind === 'DeletePullPods') {
    const labelSelector = `${LABELS.plan}=${name},${LABELS.prePull}=${command.wave}`;
    await client.deleteCollection(path, { labelSelector }, { propagationPolicy: 'Background' });
    observer.pullPodsDeleted(uid, command.wave);
    return;
  }
  try {
    observer.pod(await client.create<KubeObject>(path, command.pod));
  } catch (error) {
    // It is ours, because its name contains a hash of the plan's UID. The watch delivers it.
    if (isKubeError(error, 'AlreadyExists')) return;
    if (!isKubeError(error, 'Invalid') && !isKubeError(error, 'Forbidden')) throw error;
    jobRejected(nameOf(command.pod), error.message);
  }
}

function nameOf(pod: Manifest): string {
  return String(asObject(pod['metadata'])['name']);
}
