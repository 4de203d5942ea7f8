import type { UpgradeBatch } from '../../../api/generated/upgradebatch.ts';
import { LABELS } from '../../../api/names.ts';
import type { Hash, Instant, NodeFact, PodFact } from '../../facts.ts';
import { toInstant } from '../../text.ts';
import { mountsHash } from '../manifests/agent-pod.ts';
import type { LeaseFact } from '../model/facts.ts';
import type { PlanSnapshot, Settings } from '../model/snapshot.ts';
import { inTurn } from '../records/node-record.ts';

/** What tells whether the holder is lost. */
export interface HolderView {
  readonly snapshot: PlanSnapshot;
  readonly lease: LeaseFact;
  readonly batch: UpgradeBatch;
  readonly now: Instant;
  readonly settings: Settings;
  readonly hash: Hash;
}

/** How long the first renewal may take: the image is pulled, the Pod starts (ms). */
const START_MS = 60_000;

/** Why the holder is lost, or cannot do its work; undefined while it is well. */
export function lossOf(view: HolderView): string | undefined {
  const { snapshot, lease, batch, now } = view;
  const node = snapshot.nodes.get(lease.holder);
  const pod = holderPod(view);
  const silent = isSilent(view);
  // Nobody else is in the upgrade: the holder is waited for, and gets a new Pod when it is back without one.
  if (node !== undefined && isAlone(batch, node, now))
    // Not at once: a host that is shutting down may seem Ready, and refuses one Pod after the other.
    return node.ready && silent && (pod === undefined || pod.deleting || hasEnded(pod))
      ? 'its Pod did not survive the turn'
      : undefined;
  if (node === undefined) return `${lease.holder} is gone`;
  if (pod === undefined) return `its Pod is gone`;
  if (pod.deleting) return 'its Pod is being deleted';
  if (hasEnded(pod)) return `its Pod has ended (${pod.phase})`;
  if (lacksMounts(view, pod)) return 'the sinks need other Secrets than its Pod has';
  if (!silent) return undefined;
  if (lease.renewed) return `no renewal for ${Math.round(lease.unchangedMs / 1000)} s`;
  return lease.unchangedMs > START_MS
    ? `its Pod did not start within ${START_MS / 1000} s: ${pod.waiting ?? pod.phase}`
    : undefined;
}

/** The Pod of the holder while it speaks; undefined when there is none that renews. */
export function speakingPod(view: HolderView): PodFact | undefined {
  const pod = holderPod(view);
  return pod === undefined || hasEnded(pod) || !view.lease.renewed || isSilent(view) ? undefined : pod;
}

function holderPod({ snapshot, lease }: HolderView): PodFact | undefined {
  return snapshot.agentPods.find((pod) => pod.uid === lease.agentPodUid);
}

function isSilent({ lease, settings }: HolderView): boolean {
  return lease.unchangedMs > settings.leaseDurationSeconds * 1000;
}

function hasEnded({ phase }: PodFact): boolean {
  return phase === 'Failed' || phase === 'Succeeded';
}

/**
 * Whether sinks have changed since the Pod was made: what it mounts, it mounts for as long as it lives. A Pod of an older operator does not say
 * for what it was made, and while the shared sinks are not known nobody can say what they need.
 */
function lacksMounts({ snapshot, hash }: HolderView, { labels }: PodFact): boolean {
  const made = labels[LABELS.mounts];
  return made !== undefined && snapshot.sharedSinks.kind === 'Known' && made !== mountsHash(snapshot.plan, hash);
}

/** Whether the holder is the batch's only node, in its own turn and within its time. */
function isAlone(batch: UpgradeBatch, node: NodeFact, now: Instant): boolean {
  if (batch.spec.nodes.length > 1 || !inTurn(node, batch) || node.turn === undefined) return false;
  const limit = Math.max(...batch.spec.processes.map((process) => process.deadlineSeconds)) * 1000;
  return now <= (toInstant(node.turn.openedTime) ?? now) + limit;
}
