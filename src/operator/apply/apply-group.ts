import type { Command } from '../../core/rollout/model/command.ts';
import type { KubeClient, KubeObject } from '../../kube/client/client.ts';
import { KINDS, resourcePath } from '../../kube/resource-path.ts';
import { planKey } from '../plan-key.ts';

/** Commands about exclusive groups. */
export type GroupCommand = Extract<Command, { kind: 'AcquireGroup' | 'ReleaseGroup' }>;

/** What taking and leaving exclusive groups needs. */
export interface GroupWriter {
  readonly client: Pick<KubeClient, 'create' | 'delete'>;
  /** Namespace of the groups' Leases: the operator's own. */
  readonly groupNamespace: string;
  readonly observer: {
    group(lease: KubeObject): void;
    gone(kind: 'group', key: string, uid: string): void;
  };
}

/** Takes or leaves an exclusive group. Throws a KubeError with AlreadyExists when another plan was quicker. */
export async function applyToGroup({ client, groupNamespace, observer }: GroupWriter, command: GroupCommand): Promise<void> {
  if (command.kind === 'AcquireGroup') {
    observer.group(await client.create<KubeObject>(resourcePath(KINDS.leases, { namespace: groupNamespace }), command.lease));
    return;
  }
  const { name, uid, resourceVersion } = command.fact;
  const path = resourcePath(KINDS.leases, { namespace: groupNamespace, name });
  await client.delete(path, { preconditions: { uid, resourceVersion }, propagationPolicy: 'Background' });
  observer.gone('group', planKey(groupNamespace, name), uid);
}
