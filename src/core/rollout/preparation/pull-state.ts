import type { Instant, PodFact } from '../../facts.ts';
import { MAX_PULL_SECONDS } from '../manifests/pull-pod.ts';

/** How far a Pod is that pulls. `until`: when it is given up. `Over`: its images are there, or nobody waits for them any more. */
export type PullState =
  | { readonly kind: 'Pulling'; readonly until: Instant }
  | { readonly kind: 'Failing'; readonly message: string; readonly until: Instant }
  | { readonly kind: 'Failed'; readonly message: string }
  | { readonly kind: 'Over' };

/** The kubelet tries again, at first after 10 s: what has not come by then (ms) is not waited for. */
const FAILING_MS = 60_000;

/** Why the kubelet has no image. Of everything else that keeps a container from starting, the image is there already. */
const NO_IMAGE = ['ErrImagePull', 'ImagePullBackOff', 'InvalidImageName', 'ErrImageNeverPull', 'ImageInspectError'] as const;
const NO_REGISTRY = ['RegistryUnavailable', 'SignatureValidationFailed'] as const;
const NO_START = ['CreateContainerConfigError', 'CreateContainerError', 'RunContainerError', 'StartError'] as const;

function says(words: string, reasons: readonly string[]): boolean {
  return reasons.some((reason) => words.startsWith(`${reason}:`));
}

/** Reads from a Pod how far it is. One that was not scheduled in time has told nothing of its images: the node may have been full. */
export function pullStateOf({ phase, waiting = '', createdTime }: PodFact, now: Instant): PullState {
  if (says(waiting, [...NO_IMAGE, ...NO_REGISTRY])) {
    const until = createdTime + FAILING_MS;
    return now < until ? { kind: 'Failing', message: waiting, until } : { kind: 'Failed', message: waiting };
  }
  const until = createdTime + MAX_PULL_SECONDS * 1000;
  if (phase !== 'Pending' || now >= until || says(waiting, NO_START)) return { kind: 'Over' };
  return { kind: 'Pulling', until };
}
