import type { UpgradeAction } from '../../api/generated/upgradeaction.ts';
import type { UpgradeBatch } from '../../api/generated/upgradebatch.ts';
import type { UpgradePlan } from '../../api/generated/upgradeplan.ts';
import type { Change, ClusterFreeze, Observation } from './observation.ts';
import type { StoredJob, StoredLease, StoredNode, StoredPod } from './stored-objects.ts';

/** The newest state of every object that the invariants read. */
export class ObservedObjects implements Observation {
  readonly nodes = new Map<string, StoredNode>();
  readonly plans = new Map<string, UpgradePlan>();
  readonly batches = new Map<string, UpgradeBatch>();
  readonly actions = new Map<string, UpgradeAction>();
  readonly jobs = new Map<string, StoredJob>();
  readonly pods = new Map<string, StoredPod>();
  readonly leases = new Map<string, StoredLease>();
  freezes: readonly ClusterFreeze[] = [];

  apply(change: Change): void {
    switch (change.kind) {
      case 'Node':
        return set(this.nodes, change, ({ name }) => name);
      case 'Plan':
        return set(this.plans, change, ({ metadata }) => metadata.uid);
      case 'Batch':
        return set(this.batches, change, ({ metadata }) => metadata.uid);
      case 'Action':
        return set(this.actions, change, ({ metadata }) => metadata.uid);
      case 'Job':
        return set(this.jobs, change, ({ uid }) => uid);
      case 'Pod':
        return set(this.pods, change, ({ uid }) => uid);
      case 'Lease':
        return set(this.leases, change, ({ uid }) => uid);
      case 'Freezes':
        this.freezes = change.after ?? [];
    }
  }
}

function set<T>(
  objects: Map<string, T>,
  { before, after }: { readonly before: T | undefined; readonly after: T | undefined },
  keyOf: (object: T) => string,
): void {
  if (after !== undefined) objects.set(keyOf(after), after);
  else if (before !== undefined) objects.delete(keyOf(before));
}
