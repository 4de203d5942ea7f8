import type { BatchVerify, UpgradeBatch } from '../../api/generated/upgradebatch.ts';
import { KINDS, resourcePath } from '../../kube/resource-path.ts';
import type { ClusterClient } from '../cluster/cluster-client.ts';

/** Names what an upgrade process on a node is about. */
export interface UpgradeKey {
  readonly namespace: string;
  readonly batch: string;
  readonly node: string;
  readonly process: string;
}

/** What an upgrade has to bring about, as its batch says. */
export interface UpgradeTarget {
  readonly batchUid: string;
  readonly plan: string;
  readonly revision: string;
  /** The version to reach; in a rollback, the one to return to. */
  readonly version: string;
  readonly disruption: 'None' | 'Drain' | 'Reboot';
  readonly isRollback: boolean;
  readonly verify: BatchVerify | undefined;
}

/** Reads the target of an upgrade; undefined when its batch is gone. */
export function readTarget(client: ClusterClient, { namespace, batch, node, process }: UpgradeKey): UpgradeTarget | undefined {
  const object = client.get(resourcePath(KINDS.batches, { namespace, name: batch })) as UpgradeBatch | undefined;
  if (object === undefined) return undefined;
  const { plan, revision, version, rollback, nodes, processes } = object.spec;
  const found = processes.find(({ name }) => name === process);
  return {
    ...{ plan, revision },
    batchUid: object.metadata.uid,
    version: rollback === undefined ? version : (nodes.find(({ name }) => name === node)?.fromVersion ?? ''),
    disruption: found?.disruption ?? 'None',
    isRollback: rollback !== undefined,
    verify: found?.verify,
  };
}
