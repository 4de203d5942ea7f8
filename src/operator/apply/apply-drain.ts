import type { PodFact } from '../../core/facts.ts';
import type { Command } from '../../core/rollout/model/command.ts';
import type { Rejection } from '../../core/rollout/model/eviction-answer.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { isKubeError, type KubeError } from '../../kube/client/kube-error.ts';
import { KINDS, resourcePath } from '../../kube/resource-path.ts';

/** Commands that remove a Pod from a node. */
export type DrainCommand = Extract<Command, { kind: 'Evict' | 'DeletePod' }>;

/** Whether a command removes a Pod from a node. */
export function isDrainCommand(command: Command): command is Command & DrainCommand {
  return command.kind === 'Evict' || command.kind === 'DeletePod';
}

/** Receives the API server's answers to evictions and deletions. */
export interface EvictionAnswers {
  /** The API server accepted the removal. */
  granted(podUid: string): void;
  /** The API server rejected the removal. `retryAfterSeconds`: how long it asks to wait. */
  rejected(podUid: string, rejection: Rejection, retryAfterSeconds: number | undefined): void;
}

/** What removing Pods needs. */
export interface PodRemover {
  readonly client: Pick<KubeClient, 'create' | 'delete'>;
  readonly answers: EvictionAnswers;
}

/**
 * Evicts a Pod, or deletes it past its disruption budget. A rejection is an answer, not an error: the decision reads the answers and
 * picks the time of the next try. Does nothing when the Pod was deleted or recreated under the same name.
 */
export async function applyToPod(remover: PodRemover, { kind, pod }: DrainCommand): Promise<void> {
  try {
    await (kind === 'Evict' ? evict(remover, pod) : deletePod(remover, pod));
    remover.answers.granted(pod.uid);
  } catch (error) {
    if (isKubeError(error, 'NotFound') || isKubeError(error, 'Conflict')) return;
    if (!isKubeError(error)) throw error;
    remover.answers.rejected(pod.uid, rejectionOf(error), error.retryAfterSeconds);
  }
}

async function evict({ client }: PodRemover, { namespace, name, uid }: PodFact): Promise<void> {
  await client.create(resourcePath(KINDS.pods, { namespace, name, subresource: 'eviction' }), {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { name, namespace },
    deleteOptions: { preconditions: { uid } },
  });
}

async function deletePod({ client }: PodRemover, { namespace, name, uid }: PodFact): Promise<void> {
  await client.delete(resourcePath(KINDS.pods, { namespace, name }), { preconditions: { uid } });
}

/** Reads which PodDisruptionBudget rejected an eviction: the API server names it at the start of a cause. */
function rejectionOf({ causes, message }: KubeError): Rejection {
  const cause = causes.find(({ reason }) => reason === 'DisruptionBudget')?.message;
  const budget = /^The disruption budget (?<name>\S+) /.exec(cause ?? '')?.groups?.['name'];
  return { message: cause ?? message, budget };
}
