import type { UpgradeBatch } from '../../../api/generated/upgradebatch.ts';
import { LABELS } from '../../../api/names.ts';
import type { Hash, Instant, NodeFact, PodFact } from '../../facts.ts';
import { toInstant } from '../../text.ts';
import { mountsHash } from '../manifests/agent-pod.ts';
import type { LeaseFact } from '../model/facts.ts';
import type { PlanSnapshot, Settings } from '../model/snapshot.ts';
import { inTurn } from '../records/node-record.ts';

/** What decides whether the holder is lost. */
export interface HolderInput {
  readonly snapshot: PlanSnapshot;
  readonly lease: LeaseFact;
  readonly batch: UpgradeBatch;
  readonly now: Instant;
  readonly settings: Settings;
  readonly hash: Hash;
}

/** Maximum time from the creation of the agent Pod to its first renewal (ms). It includes pulling the image. */
const MAX_START_MS = 60_000;

/** Why the holder is lost or cannot send; undefined if it is fine. */
export function whyLost(input: HolderInput): string | undefined {
  const { snapshot, lease, batch, now } = input;
  const node = snapshot.nodes.get(lease.holder);
  const pod = holderPod(input);
  const silent = isSilent(input);
  // The only node of the batch keeps the baton through its reboot. It gets a new Pod if it comes back without one.
  if (node !== undefined && isAlone(batch, node, now))
    // Only once the Lease is old: a host that is shutting down may still look Ready, but rejects every Pod.
    return node.ready && silent && (pod === undefined || pod.deleting || hasEnded(pod))
      ? 'its Pod did not survive the turn'
      : undefined;
  if (node === undefined) return `${lease.holder} no longer exists`;
  if (pod === undefined) return 'its Pod no longer exists';
  if (pod.deleting) return 'its Pod is being deleted';
  if (hasEnded(pod)) return `its Pod has ended (${pod.phase})`;
  if (lacksMounts(input, pod)) return 'the sinks need other Secrets than its Pod has';
  if (!silent) return undefined;
  if (lease.renewed) return `no renewal for ${Math.round(lease.unchangedMs / 1000)} s`;
  return lease.unchangedMs > MAX_START_MS
    ? `its Pod did not start within ${MAX_START_MS / 1000} s: ${pod.waiting ?? pod.phase}`
    : undefined;
}

/** The holder's Pod if it may be sending; undefined if it has ended or does not renew the Lease. */
export function activeHolderPod(input: HolderInput): PodFact | undefined {
  const pod = holderPod(input);
  return pod === undefined || hasEnded(pod) || !input.lease.renewed || isSilent(input) ? undefined : pod;
}

function holderPod({ snapshot, lease }: HolderInput): PodFact | undefined {
  return snapshot.agentPods.find((pod) => pod.uid === lease.agentPodUid);
}

function isSilent({ lease, settings }: HolderInput): boolean {
  return lease.unchangedMs > settings.leaseDurationSeconds * 1000;
}

function hasEnded({ phase }: PodFact): boolean {
  return phase === 'Failed' || phase === 'Succeeded';
}

/**
 * Whether the sinks need Secrets that the Pod does not mount: the mounts of a Pod never change. Unknown, and so false, for a Pod of an older
 * operator, and while the shared sinks are unknown.
 */
function lacksMounts({ snapshot, hash }: HolderInput, { labels }: PodFact): boolean {
  const mounted = labels[LABELS.mounts];
  return mounted !== undefined && snapshot.sharedSinks.kind === 'Known' && mounted !== mountsHash(snapshot.plan, hash);
}

/** Whether the holder is the only node of the batch and in its own turn, before its deadline. */
function isAlone(batch: UpgradeBatch, node: NodeFact, now: Instant): boolean {
  if (batch.spec.nodes.length > 1 || !inTurn(node, batch) || node.turn === undefined) return false;
  const limit = Math.max(...batch.spec.processes.map((process) => process.deadlineSeconds)) * 1000;
  return now <= (toInstant(node.turn.openedTime) ?? now) + limit;
}
