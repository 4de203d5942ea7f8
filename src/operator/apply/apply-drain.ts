import type { PodFact } from '../../core/facts.ts';
import type { Command } from '../../core/rollout/model/command.ts';
import type { Rejection } from '../../core/rollout/model/eviction-answer.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { isKubeError, type KubeError } from '../../kube/client/kube-error.ts';
import { KINDS, resourcePath } from '../../kube/resource-path.ts';

/** Commands that make a Pod go. */
export type DrainCommand = Extract<Command, { kind: 'Evict' | 'DeletePod' }>;

/** Whether a command makes a Pod go. */
export function isDrainCommand(command: Command): command is Command & DrainCommand {
  return command.kind === 'Evict' || command.kind === 'DeletePod';
}

/** Where the API server's answers go. */
export interface EvictionAnswers {
  /** The Pod goes. */
  granted(podUid: string): void;
  /** The Pod may not go now; `retryAfterSeconds`: for how long the API server asks to wait. */
  refused(podUid: string, rejection: Rejection, retryAfterSeconds: number | undefined): void;
}

/** What making Pods go needs. */
export interface PodRemover {
  readonly client: Pick<KubeClient, 'create' | 'delete'>;
  readonly answers: EvictionAnswers;
}

/**
 * Makes a Pod go, by eviction or past its budget. A refusal is an answer, not an error: when it is asked again is decided by whoever
 * reads the answers. A Pod that is gone, or another one by the same name, is none of our business any more.
 */
export async function applyToPod(remover: PodRemover, { kind, pod }: DrainCommand): Promise<void> {
  try {
    await (kind === 'Evict' ? evict(remover, pod) : deletePod(remover, pod));
    remover.answers.granted(pod.uid);
  } catch (error) {
    if (isKubeError(error, 'NotFound') || isKubeError(error, 'Conflict')) return;
    if (!isKubeError(error)) throw error;
    remover.answers.refused(pod.uid, refusalOf(error), error.retryAfterSeconds);
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

/** What the API server says of a PodDisruptionBudget stands in a cause, which begins with its name. */
function refusalOf({ causes, message }: KubeError): Rejection {
  const cause = causes.find(({ reason }) => reason === 'DisruptionBudget')?.message;
  const budget = /^The disruption budget (?<name>\S+) /.exec(cause ?? '')?.groups?.['name'];
  return { message: cause ?? message, budget };
}
