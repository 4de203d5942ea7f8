import { readPlan } from '../../core/renamed-fields.ts';
import type { KubeClient, KubeObject } from '../../kube/client/client.ts';
import { isKubeError } from '../../kube/client/kube-error.ts';
import { KINDS, resourcePath } from '../../kube/resource-path.ts';
import type { PlanSource } from '../ports.ts';

/** Reads the plan from the API server. It is read before each attempt, which is rare. A watch would cost more and could be out of date. */
export function kubePlanSource(client: Pick<KubeClient, 'get'>, namespace: string, name: string): PlanSource {
  const path = resourcePath(KINDS.plans, { namespace, name });
  return {
    async read(signal) {
      try {
        return readPlan(await client.get<KubeObject>(path, { signal }));
      } catch (error) {
        if (isKubeError(error, 'NotFound')) return undefined;
        throw error;
      }
    },
  };
}
