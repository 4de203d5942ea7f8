import type { UpgradeAction } from '../../api/generated/upgradeaction.ts';
import type { UpgradeBatch } from '../../api/generated/upgradebatch.ts';
import type { UpgradePlan } from '../../api/generated/upgradeplan.ts';
import type { ApiRequest, ApiResponse } from '../api-server/rest/exchange.ts';
import type { StoredJob, StoredLease, StoredNode, StoredPod } from './stored-objects.ts';

/** A freeze that applies to every plan. */
export interface ClusterFreeze {
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly from: number;
  readonly to: number;
}

/** What is stored, as far as the invariants read it. */
export interface Observation {
  /** By name. */
  readonly nodes: ReadonlyMap<string, StoredNode>;
  /** By UID, as are all others. */
  readonly plans: ReadonlyMap<string, UpgradePlan>;
  readonly batches: ReadonlyMap<string, UpgradeBatch>;
  readonly actions: ReadonlyMap<string, UpgradeAction>;
  readonly jobs: ReadonlyMap<string, StoredJob>;
  readonly pods: ReadonlyMap<string, StoredPod>;
  readonly leases: ReadonlyMap<string, StoredLease>;
  readonly freezes: readonly ClusterFreeze[];
}

interface Changed<Kind extends string, T> {
  readonly kind: Kind;
  /** Undefined when the object was created. */
  readonly before: T | undefined;
  /** Undefined when it was removed. */
  readonly after: T | undefined;
}

/** One write that was stored. */
export type Change =
  | Changed<'Node', StoredNode>
  | Changed<'Plan', UpgradePlan>
  | Changed<'Batch', UpgradeBatch>
  | Changed<'Action', UpgradeAction>
  | Changed<'Job', StoredJob>
  | Changed<'Pod', StoredPod>
  | Changed<'Lease', StoredLease>
  | Changed<'Freezes', readonly ClusterFreeze[]>;

/** A machine, whatever Kubernetes knows of it. */
export interface ObservedHost {
  readonly name: string;
  /** The Node that it is, or last was. */
  readonly nodeName: string;
  /** Whether it runs nothing: it reboots, is off, or broken. */
  readonly down: boolean;
  /** The version that it runs; undefined: the one that it came with. */
  readonly upgradedTo: string | undefined;
  /** How often each process of each revision has done its work on it. A rollback undoes them. */
  readonly runs: readonly { readonly revision: string; readonly process: string; readonly count: number }[];
}

/** A message that a receiver accepted. */
export interface ObservedMessage {
  readonly sink: string;
  /** Id of the message, which repetitions share. */
  readonly id: string;
  /** The content without what differs between repetitions, such as signatures and times of sending. */
  readonly content: string;
}

/** A gate as it is, whatever the operator has seen of it. */
export interface ObservedGate {
  readonly name: string;
  /** When it was closed, in milliseconds since the epoch; `to` is undefined while it is. */
  readonly closed: readonly { readonly from: number; readonly to: number | undefined }[];
}

/** What the world outside of the API server looks like. */
export interface ObservedWorld {
  readonly hosts: () => readonly ObservedHost[];
  readonly messages: () => readonly ObservedMessage[];
  readonly gates: () => readonly ObservedGate[];
}

/** A request that reached the API server, and its answer. */
export interface Exchange {
  /** Name of the program, for example `operator/1`. */
  readonly from: string;
  readonly request: ApiRequest;
  readonly response: ApiResponse;
}
