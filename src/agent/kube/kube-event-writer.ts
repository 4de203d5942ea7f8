import { NOTIFY_REASONS } from '../../api/conditions.ts';
import type { SendResult } from '../../core/notification/model/send-result.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { isKubeError, type KubeError } from '../../kube/client/kube-error.ts';
import { KINDS, resourcePath } from '../../kube/resource-path.ts';
import type { EventWriter } from '../../notify/sink-environment.ts';

/**
 * Creates Events in the plan's namespace.
 *
 * @param node the agent's node; the admission policy compares it with the token.
 */
export function kubeEventWriter(
  client: Pick<KubeClient, 'create'>,
  { namespace, node }: { readonly namespace: string; readonly node: string },
): EventWriter {
  const path = resourcePath(KINDS.events, { namespace });
  return {
    async write(event, { signal }) {
      try {
        await client.create(path, { ...event, reportingInstance: node }, { signal });
        return { kind: 'Delivered' };
      } catch (error) {
        if (!isKubeError(error)) throw error;
        return isKubeError(error, 'AlreadyExists') ? { kind: 'Delivered' } : toSendResult(error);
      }
    },
  };
}

/** Maps an error to a result. The client has already retried what it safely could. */
function toSendResult({ code, reason, message, retryAfterSeconds }: KubeError): SendResult {
  const isTransient = code === 0 || code === 429 || code >= 500;
  if (!isTransient) return { kind: 'Permanent', reason: NOTIFY_REASONS.Refused, message };
  const afterMs = retryAfterSeconds === undefined ? {} : { afterMs: retryAfterSeconds * 1000 };
  const why = code === 0 ? 'NoAnswer' : code === 429 ? 'RateLimited' : 'Unavailable';
  return { kind: 'Retry', ...afterMs, reason: why, message: code === 0 ? `the API server: ${reason}` : message };
}
