import type { Manifest } from '../../core/rollout/model/command.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { isKubeError } from '../../kube/client/kube-error.ts';
import { KINDS, resourcePath } from '../../kube/resource-path.ts';
import { asObject, asText } from '../../core/json.ts';

/** Creates an Event whose name is derived from its content: an Event of that name that exists already is the same one. */
export async function createEventOnce(client: Pick<KubeClient, 'create'>, event: Manifest): Promise<void> {
  const namespace = asText(asObject(event['metadata'])['namespace']);
  try {
    await client.create(resourcePath(KINDS.events, { namespace }), event);
  } catch (error) {
    if (!isKubeError(error, 'AlreadyExists')) throw error;
  }
}
