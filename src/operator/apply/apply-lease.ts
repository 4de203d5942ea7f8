import { ANNOTATIONS } from '../../api/names.ts';
import { readLease } from '../../core/baton/lease.ts';
import type { Command } from '../../core/rollout/model/command.ts';
import { toMicroTime } from '../../core/text.ts';
import type { KubeObject } from '../../kube/client/client.ts';
import { KINDS, resourcePath } from '../../kube/resource-path.ts';
import { applyToGroup, type GroupCommand } from './apply-group.ts';
import { asObject } from '../../core/json.ts';
import { planKey } from '../plan-key.ts';
import type { ApplyDeps } from './apply-ports.ts';

/** Commands that write Leases. */
export type LeaseCommand = GroupCommand | Extract<Command, { kind: 'PassBaton' | 'ClearReceipts' | 'DeleteLease' }>;

/** Applies a command to the Lease of the plan or of an exclusive group. */
export async function applyToLease(deps: ApplyDeps, namespace: string, command: LeaseCommand): Promise<void> {
  switch (command.kind) {
    case 'PassBaton':
      return passBaton(deps, namespace, command);
    case 'ClearReceipts':
      return clearReceipts(deps, namespace, command);
    case 'DeleteLease':
      return deleteLease(deps, namespace, command);
    default:
      return applyToGroup(deps, command);
  }
}

async function deleteLease(
  { client, observer }: ApplyDeps,
  namespace: string,
  { lease: { name, uid } }: Extract<Command, { kind: 'DeleteLease' }>,
): Promise<void> {
  const path = resourcePath(KINDS.leases, { namespace, name });
  await client.delete(path, { preconditions: { uid }, propagationPolicy: 'Background' });
  observer.deleted('lease', planKey(namespace, name), uid);
}

/** Replaces the Lease in one PUT. It fails with a conflict when the holder renewed after the GET; the next pass decides again. */
async function passBaton(
  { client, observer, now }: ApplyDeps,
  namespace: string,
  { lease, to, receipts }: Extract<Command, { kind: 'PassBaton' }>,
): Promise<void> {
  const path = resourcePath(KINDS.leases, { namespace, name: lease.name });
  const current = await client.get<KubeObject>(path);
  const spec = asObject(current['spec']);
  if (current.metadata.uid !== lease.uid || spec['leaseTransitions'] !== lease.transitions) return;
  const time = toMicroTime(now());
  const annotations: Record<string, string> = {
    ...current.metadata.annotations,
    [ANNOTATIONS.batch]: to.batch,
    [ANNOTATIONS.batchUid]: to.batchUid,
    [ANNOTATIONS.agentPod]: to.pod,
    [ANNOTATIONS.agentPodUid]: to.podUid,
  };
  // Removes the receipts that were copied, unless the holder added one after the snapshot: that one must not be lost.
  if (readLease(current).receipts.length === lease.receipts.length) annotations[ANNOTATIONS.receipts] = JSON.stringify(receipts);
  const next = {
    ...current,
    metadata: { ...current.metadata, annotations },
    spec: { ...spec, holderIdentity: to.node, acquireTime: time, renewTime: time, leaseTransitions: lease.transitions + 1 },
  };
  observer.lease(await client.replace<KubeObject>(path, next));
}

/** Removes the receipts that were copied. Does nothing when the holder added one after the snapshot; the next pass decides again. */
async function clearReceipts(
  { client, observer }: ApplyDeps,
  namespace: string,
  { lease, receipts }: Extract<Command, { kind: 'ClearReceipts' }>,
): Promise<void> {
  const path = resourcePath(KINDS.leases, { namespace, name: lease.name });
  const current = await client.get<KubeObject>(path);
  if (current.metadata.uid !== lease.uid || readLease(current).receipts.length !== lease.receipts.length) return;
  const annotations = { ...current.metadata.annotations, [ANNOTATIONS.receipts]: JSON.stringify(receipts) };
  observer.lease(await client.replace<KubeObject>(path, { ...current, metadata: { ...current.metadata, annotations } }));
}
