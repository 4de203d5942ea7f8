import { NOTIFY_REASONS } from '../../api/conditions.ts';
import type { SendResult } from '../../core/notification/model/send-result.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { isKubeError, type KubeError } from '../../kube/client/kube-error.ts';
import { KINDS, resourcePath } from '../../kube/resource-path.ts';
import type { EventWriter } from '../../notify/sink-environment.ts';

/**
 * Events at the API server, in the plan's namespace.
 *
 * @param node the agent's: the admission policy holds it against the token.
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
        return isKubeError(error, 'AlreadyExists') ? { kind: 'Delivered' } : judge(error);
      }
    },
  };
}

/** What an answer means. The client has repeated what it safely could. */
function judge({ code, reason, message, retryAfterSeconds }: KubeError): SendResult {
  const passes = code === 0 || code === 429 || code >= 500;
  if (!passes) return { kind: 'Permanent', reason: NOTIFY_REASONS.Refused, message };
  const afterMs = retryAfterSeconds === undefined ? {} : { afterMs: retryAfterSeconds * 1000 };
  const why = code === 0 ? 'NoAnswer' : code === 429 ? 'RateLimited' : 'Unavailable';
  return { kind: 'Retry', ...afterMs, reason: why, message: code === 0 ? `the API server: ${reason}` : message };
}
