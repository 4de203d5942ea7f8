import { AGENT_CLUSTER_ROLE, LABELS, SERVICE_ACCOUNTS } from '../../api/names.ts';
import type { Manifest } from '../../core/rollout/model/command.ts';
import type { KubeClient, KubeObject } from '../../kube/client/client.ts';
import { isKubeError } from '../../kube/client/kube-error.ts';
import { KINDS, resourcePath, type ResourceKind } from '../../kube/resource-path.ts';

/** Creates an object unless one of its name is there. */
async function ensure(client: Pick<KubeClient, 'create'>, path: string, body: Manifest): Promise<KubeObject | undefined> {
  try {
    return await client.create<KubeObject>(path, body);
  } catch (error) {
    if (isKubeError(error, 'AlreadyExists')) return undefined;
    throw error;
  }
}

/**
 * Gives a namespace what an agent needs there: its ServiceAccount, bound to the ClusterRole `baton-agent` (the one binding that the
 * operator may make), and the plan's Lease. A Lease that an earlier plan of the name left behind is replaced: its UID label tells.
 */
export async function prepareNamespace(
  client: Pick<KubeClient, 'create' | 'get' | 'delete'>,
  namespace: string,
  lease: Manifest,
): Promise<KubeObject> {
  const path = (kind: ResourceKind): string => resourcePath(kind, { namespace });
  const metadata = { name: SERVICE_ACCOUNTS.agent, namespace, labels: { [LABELS.managedBy]: 'baton' } };
  await ensure(client, path(KINDS.serviceAccounts), { apiVersion: 'v1', kind: 'ServiceAccount', metadata });
  await ensure(client, path(KINDS.roleBindings), {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: AGENT_CLUSTER_ROLE },
    subjects: [{ kind: 'ServiceAccount', name: SERVICE_ACCOUNTS.agent, namespace }],
  });
  const created = await ensure(client, path(KINDS.leases), lease);
  if (created !== undefined) return created;
  const wanted = lease['metadata'] as { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  const leasePath = resourcePath(KINDS.leases, { namespace, name: wanted.name });
  const existing = await client.get<KubeObject>(leasePath);
  if (existing.metadata.labels?.[LABELS.planUid] === wanted.labels[LABELS.planUid]) return existing;
  if (existing.metadata.labels?.[LABELS.managedBy] !== 'baton') {
    throw new Error(`the Lease ${namespace}/${wanted.name} is not Baton's: delete or rename it, for the plan needs this name`);
  }
  await client.delete(leasePath, { preconditions: { uid: existing.metadata.uid ?? '' } });
  return client.create<KubeObject>(path(KINDS.leases), lease);
}
