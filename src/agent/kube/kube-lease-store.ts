import { readLease } from '../../core/baton/lease.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { isKubeError } from '../../kube/client/kube-error.ts';
import { KINDS, resourcePath } from '../../kube/resource-path.ts';
import { LeaseConflict, type LeaseStore } from '../ports.ts';

/** Reads and replaces the plan's Lease. The whole object is written back, so that fields that Baton does not know are kept. */
export function kubeLeaseStore(client: Pick<KubeClient, 'get' | 'replace'>, namespace: string, name: string): LeaseStore {
  const path = resourcePath(KINDS.leases, { namespace, name });
  return {
    async read(signal) {
      return readLease(await client.get<unknown>(path, { signal }));
    },
    async update(object, signal) {
      try {
        return readLease(await client.replace<unknown>(path, object, { signal }));
      } catch (error) {
        if (isKubeError(error, 'Conflict')) throw new LeaseConflict({ cause: error });
        throw error;
      }
    },
  };
}
