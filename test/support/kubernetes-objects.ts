/** The parts of Kubernetes' own objects that the demo and the system tests look at. */

/** What every object has. */
export interface Metadata {
  readonly name: string;
  readonly namespace?: string;
  readonly uid: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly creationTimestamp: string;
  readonly deletionTimestamp?: string;
}

/** A condition of any object. */
export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

/** A Node. */
export interface Node {
  readonly metadata: Metadata;
  readonly spec: {
    readonly podCIDR?: string;
    readonly unschedulable?: boolean;
    readonly taints?: readonly { readonly key: string; readonly effect: string }[];
  };
  readonly status: {
    readonly conditions?: readonly Condition[];
    readonly nodeInfo: { readonly bootID: string };
    readonly images?: readonly { readonly names?: readonly string[] }[];
  };
}

/** A Pod. */
export interface Pod {
  readonly metadata: Metadata;
  readonly spec: { readonly nodeName?: string };
  readonly status: {
    readonly phase: string;
    readonly podIP?: string;
    readonly conditions?: readonly Condition[];
    readonly containerStatuses?: readonly { readonly restartCount: number }[];
  };
}

/** A Job. */
export interface Job {
  readonly metadata: Metadata;
  readonly status: { readonly active?: number; readonly succeeded?: number; readonly failed?: number };
}

/** A Lease. */
export interface Lease {
  readonly metadata: Metadata;
  readonly spec: {
    readonly holderIdentity?: string;
    readonly leaseTransitions?: number;
    readonly leaseDurationSeconds?: number;
    readonly renewTime?: string;
  };
}

/** An Event of events.k8s.io/v1. */
export interface Event {
  readonly metadata: Metadata;
  readonly reason: string;
  readonly note?: string;
  readonly action?: string;
  readonly type?: string;
  readonly regarding?: { readonly kind: string; readonly name: string };
  readonly related?: { readonly kind: string; readonly name: string };
  readonly series?: { readonly count: number };
  readonly reportingController?: string;
  readonly reportingInstance?: string;
}

/** The condition of a type, if it is there. */
export function findCondition(
  object: { readonly status?: { readonly conditions?: readonly Condition[] } } | undefined,
  type: string,
): Condition | undefined {
  return object?.status?.conditions?.find((condition) => condition.type === type);
}
