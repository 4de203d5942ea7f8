import { ANNOTATIONS } from '../../../../../src/api/names.ts';
import type { Instant, PodFact } from '../../../../../src/core/facts.ts';
import type { Manifest } from '../../../../../src/core/rollout/model/command.ts';
import { metadataOf } from './apply.ts';

/** A Pod of Baton's own as it is seen first: on its node, and not started. */
export function pendingPod(
  manifest: Manifest,
  { uid, controllerKind, now }: { readonly uid: string; readonly controllerKind: string; readonly now: Instant },
): PodFact {
  const { name, labels, annotations = {} } = metadataOf(manifest);
  return {
    namespace: 'fleet',
    name,
    uid,
    node: annotations[ANNOTATIONS.node] ?? '',
    labels,
    phase: 'Pending',
    ready: false,
    deleting: false,
    endsBy: undefined,
    createdTime: now,
    controllerKind,
    mirror: false,
    emptyDir: false,
    terminated: undefined,
    waiting: undefined,
  };
}
