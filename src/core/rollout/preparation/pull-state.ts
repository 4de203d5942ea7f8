import type { Instant, PodFact } from '../../facts.ts';
import { MAX_PULL_SECONDS } from '../manifests/pull-pod.ts';

/** State of a Pod that pulls images. `until` is when Baton gives up. `Over` means that the images are there, or no longer waited for. */
export type PullState =
  | { readonly kind: 'Pulling'; readonly until: Instant }
  | { readonly kind: 'Failing'; readonly message: string; readonly until: Instant }
  | { readonly kind: 'Failed'; readonly message: string }
  | { readonly kind: 'Over' };

/** How long the kubelet may retry a failed pull before Baton gives up (ms). The first retry comes after 10 s. */
const MAX_FAILING_MS = 60_000;

/** Reasons for which the kubelet has no image. With any other reason for a container not to start, its image is there. */
const NO_IMAGE = ['ErrImagePull', 'ImagePullBackOff', 'InvalidImageName', 'ErrImageNeverPull', 'ImageInspectError'] as const;
const NO_REGISTRY = ['RegistryUnavailable', 'SignatureValidationFailed'] as const;
const NO_START = ['CreateContainerConfigError', 'CreateContainerError', 'RunContainerError', 'StartError'] as const;

function hasReason(message: string, reasons: readonly string[]): boolean {
  return reasons.some((reason) => message.startsWith(`${reason}:`));
}

/** The state of a Pod that pulls images. A Pod that was not scheduled in time is Over and not Failed: the node may have been full. */
export function pullStateOf({ phase, waiting = '', createdTime }: PodFact, now: Instant): PullState {
  if (hasReason(waiting, [...NO_IMAGE, ...NO_REGISTRY])) {
    const until = createdTime + MAX_FAILING_MS;
    return now < until ? { kind: 'Failing', message: waiting, until } : { kind: 'Failed', message: waiting };
  }
  const until = createdTime + MAX_PULL_SECONDS * 1000;
  if (phase !== 'Pending' || now >= until || hasReason(waiting, NO_START)) return { kind: 'Over' };
  return { kind: 'Pulling', until };
}
