import { keyOf } from '../../../kube/kube-object.ts';
import type { ClusterClient } from '../cluster-client.ts';
import type { ControllerPorts } from '../state/controller-ports.ts';
import { conditionsOf, instantOf, isDeleting, specOf } from '../state/objects.ts';
import { DelayedKeys } from '../state/delayed-keys.ts';
import type { Change } from '../state/object-cache.ts';

/** After a delete that failed (ms). */
const RETRY_MS = 1000;

/** Deletes Jobs `ttlSecondsAfterFinished` after their end, with their pods. */
export function startTtlAfterFinished(client: ClusterClient, ports: ControllerPorts): () => void {
  const { state, now } = ports;
  const later = new DelayedKeys(ports, remove);

  function onJob({ type, object }: Change): void {
    const leftMs = type === 'DELETED' ? undefined : timeLeft(keyOf(object));
    if (leftMs !== undefined) later.add(keyOf(object), Math.max(0, leftMs));
  }

  function timeLeft(key: string): number | undefined {
    const job = state.jobs.get(key);
    if (job === undefined || isDeleting(job)) return undefined;
    const { ttlSecondsAfterFinished: ttl } = specOf(job);
    const end = conditionsOf(job).find(({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True');
    const ended = instantOf(end?.['lastTransitionTime']);
    return typeof ttl !== 'number' || ended === undefined ? undefined : ended + ttl * 1000 - now();
  }

  function remove(key: string): void {
    const job = state.jobs.get(key);
    const leftMs = timeLeft(key);
    if (job === undefined || leftMs === undefined) return;
    if (leftMs > 0) {
      later.add(key, leftMs);
      return;
    }
    const { uid } = job.metadata;
    const options = { propagationPolicy: 'Foreground', ...(uid === undefined ? {} : { uid }) } as const;
    if (!client.delete(state.jobs.pathOf(job), options).ok) later.add(key, RETRY_MS);
  }

  const stop = state.jobs.onChange(onJob);
  return () => {
    stop();
    later.stop();
  };
}
