import type { Command } from '../../core/rollout/model/command.ts';
import type { KubeClient, KubeObject } from '../../kube/client/client.ts';
import { KINDS, resourcePath } from '../../kube/resource-path.ts';
import { planKey } from '../plan-key.ts';

/** Commands that acquire and release exclusive groups. */
export type GroupCommand = Extract<Command, { kind: 'AcquireGroup' | 'ReleaseGroup' }>;

/** What acquiring and releasing exclusive groups needs. */
export interface GroupWriter {
  readonly client: Pick<KubeClient, 'create' | 'delete'>;
  /** Namespace of the groups' Leases: that of the operator. */
  readonly groupNamespace: string;
  readonly observer: {
    group(lease: KubeObject): void;
    deleted(kind: 'group', key: string, uid: string): void;
  };
}

/** Acquires or releases an exclusive group. Throws a KubeError with reason AlreadyExists when another plan holds the group. */
export async function applyToGroup({ client, groupNamespace, observer }: GroupWriter, command: GroupCommand): Promise<void> {
  if (command.kind === 'AcquireGroup') {
    observer.group(await client.create<KubeObject>(resourcePath(KINDS.leases, { namespace: groupNamespace }), command.lease));
    return;
  }
  const { name, uid, resourceVersion } = command.fact;
  const path = resourcePath(KINDS.leases, { namespace: groupNamespace, name });
  await client.delete(path, { preconditions: { uid, resourceVersion }, propagationPolicy: 'Background' });
  observer.deleted('group', planKey(groupNamespace, name), uid);
}
