import { AGENT_CLUSTER_ROLE, LABELS, SERVICE_ACCOUNTS } from '../../api/names.ts';
import type { Manifest } from '../../core/rollout/model/command.ts';
import type { KubeClient, KubeObject } from '../../kube/client/client.ts';
import { isKubeError } from '../../kube/client/kube-error.ts';
import { KINDS, resourcePath, type ResourceKind } from '../../kube/resource-path.ts';

/** Creates an object; returns undefined when one of its name exists. */
async function createUnlessExists(
  client: Pick<KubeClient, 'create'>,
  path: string,
  body: Manifest,
): Promise<KubeObject | undefined> {
  try {
    return await client.create<KubeObject>(path, body);
  } catch (error) {
    if (isKubeError(error, 'AlreadyExists')) return undefined;
    throw error;
  }
}

/**
 * Creates what an agent needs in a namespace: its ServiceAccount, the binding to the ClusterRole `baton-agent` (the only binding that the
 * operator may create), and the plan's Lease. Replaces a Lease that an earlier plan of the same name left behind, which its UID label shows.
 *
 * @throws Error when a Lease of that name exists that Baton does not manage.
 */
export async function prepareNamespace(
  client: Pick<KubeClient, 'create' | 'get' | 'delete'>,
  namespace: string,
  lease: Manifest,
): Promise<KubeObject> {
  const path = (kind: ResourceKind): string => resourcePath(kind, { namespace });
  const metadata = { name: SERVICE_ACCOUNTS.agent, namespace, labels: { [LABELS.managedBy]: 'baton' } };
  await createUnlessExists(client, path(KINDS.serviceAccounts), { apiVersion: 'v1', kind: 'ServiceAccount', metadata });
  await createUnlessExists(client, path(KINDS.roleBindings), {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: AGENT_CLUSTER_ROLE },
    subjects: [{ kind: 'ServiceAccount', name: SERVICE_ACCOUNTS.agent, namespace }],
  });
  const created = await createUnlessExists(client, path(KINDS.leases), lease);
  if (created !== undefined) return created;
  const wanted = lease['metadata'] as { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  const leasePath = resourcePath(KINDS.leases, { namespace, name: wanted.name });
  const existing = await client.get<KubeObject>(leasePath);
  if (existing.metadata.labels?.[LABELS.planUid] === wanted.labels[LABELS.planUid]) return existing;
  if (existing.metadata.labels?.[LABELS.managedBy] !== 'baton') {
    throw new Error(
      `the Lease ${namespace}/${wanted.name} exists and is not managed by Baton: delete it, or create the plan under another name`,
    );
  }
  await client.delete(leasePath, { preconditions: { uid: existing.metadata.uid ?? '' } });
  return client.create<KubeObject>(path(KINDS.leases), lease);
}
