import { LABELS } from '../../api/names.ts';
import type { UpgradePlan } from '../../api/generated/upgradeplan.ts';
import type { Command, Manifest } from '../../core/rollout/model/command.ts';
import type { KubeClient, KubeObject } from '../../kube/client/client.ts';
import { isKubeError } from '../../kube/client/kube-error.ts';
import { KINDS, resourcePath } from '../../kube/resource-path.ts';
import { object } from '../json.ts';

/** Commands about Pods that pull images ahead. */
export type PullCommand = Extract<Command, { kind: 'CreatePullPod' | 'DeletePullPods' }>;

/** Whether a command is about such Pods. */
export function isPullCommand(command: { readonly kind: string }): command is PullCommand {
  return command.kind === 'CreatePullPod' || command.kind === 'DeletePullPods';
}

/** What making and removing Pods that pull images needs. */
export interface PullPodWriter {
  readonly client: Pick<KubeClient, 'create' | 'deleteCollection'>;
  readonly observer: {
    pod(pod: KubeObject): void;
    pullPodsGone(planUid: string, wave: string): void;
  };
  /** The API server refused an object for good. */
  readonly jobRefused: (name: string, message: string) => void;
}

/**
 * Makes a Pod that pulls images, or removes those of a wave: one call for all. A refusal is an answer, not an error: a quota, a policy or a
 * ServiceAccount that is missing is told, and stops nothing.
 */
export async function applyToPullPods(
  { client, observer, jobRefused }: PullPodWriter,
  { metadata: { namespace, name, uid } }: UpgradePlan,
  command: PullCommand,
): Promise<void> {
  const path = resourcePath(KINDS.pods, { namespace });
  if (command.kind === 'DeletePullPods') {
    const labelSelector = `${LABELS.plan}=${name},${LABELS.prePull}=${command.wave}`;
    await client.deleteCollection(path, { labelSelector }, { propagationPolicy: 'Background' });
    observer.pullPodsGone(uid, command.wave);
    return;
  }
  try {
    observer.pod(await client.create<KubeObject>(path, command.pod));
  } catch (error) {
    // One that is there by the watch's next word: its name is made from the plan's UID.
    if (isKubeError(error, 'AlreadyExists')) return;
    if (!isKubeError(error, 'Invalid') && !isKubeError(error, 'Forbidden')) throw error;
    jobRefused(nameOf(command.pod), error.message);
  }
}

function nameOf(pod: Manifest): string {
  return String(object(pod['metadata'])['name']);
}
