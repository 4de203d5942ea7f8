import type { KubeClient } from '../kube/client/client.ts';
import { isKubeError } from '../kube/client/kube-error.ts';
import { KINDS, resourcePath } from '../kube/resource-path.ts';
import type { ReportStore, StoreAnswer } from './report-store.ts';

/** HTTP status codes that a retry does not change: the request, the permissions or the namespace is wrong. */
const PERMANENT_ERROR_CODES: readonly number[] = [400, 403, 404, 405, 413, 415, 422];

/** Stores Events in the API server. */
export function kubeReportStore(client: KubeClient): ReportStore {
  return {
    create: (event) =>
      toStoreAnswer(async () => {
        try {
          await client.create(resourcePath(KINDS.events, { namespace: event.metadata.namespace }), event);
          return 'Created';
        } catch (error) {
          if (isKubeError(error, 'AlreadyExists')) return 'Exists';
          throw error;
        }
      }),

    read: (namespace, name) =>
      toStoreAnswer(async () => {
        try {
          return await client.get<unknown>(resourcePath(KINDS.events, { namespace, name }));
        } catch (error) {
          if (isKubeError(error, 'NotFound')) return undefined;
          throw error;
        }
      }),

    patchSeries: (namespace, name, series) =>
      toStoreAnswer(async () => {
        try {
          await client.mergePatch(resourcePath(KINDS.events, { namespace, name }), { series });
          return 'Patched';
        } catch (error) {
          if (isKubeError(error, 'NotFound')) return 'Gone';
          throw error;
        }
      }),
  };
}

async function toStoreAnswer<Value>(request: () => Promise<Value>): Promise<StoreAnswer<Value>> {
  try {
    return { kind: 'Done', value: await request() };
  } catch (error) {
    if (!isKubeError(error)) throw error;
    if (PERMANENT_ERROR_CODES.includes(error.code)) return { kind: 'Rejected', message: error.message };
    const { retryAfterSeconds } = error;
    return {
      kind: 'Unavailable',
      message: error.message,
      retryAfterMs: retryAfterSeconds === undefined ? undefined : retryAfterSeconds * 1000,
    };
  }
}
