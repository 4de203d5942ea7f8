import type { DoneMark, Quarantine, Turn } from '../api/marks.ts';
import type { ReportReason } from '../api/names.ts';

/** A time in milliseconds since the Unix epoch. */
export type Instant = number;

/** SHA-256 of a text in lower-case hexadecimal. It is passed as an argument, because the core imports no packages. */
export type Hash = (text: string) => string;

/** The fields of a Node's `status.nodeInfo` that `verify` can compare. */
export interface NodeInfo {
  readonly kernelVersion: string;
  readonly osImage: string;
  readonly kubeletVersion: string;
  readonly containerRuntimeVersion: string;
}

/** The facts about a Node that decisions may use. */
export interface NodeFact {
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly labels: Readonly<Record<string, string>>;
  /** `creationTimestamp`: when the Node joined the cluster. */
  readonly createdTime: Instant;
  readonly ready: boolean;
  readonly unschedulable: boolean;
  readonly bootId: string;
  readonly info: NodeInfo;
  readonly controlPlane: boolean;
  /** Whether the Node is being deleted, or has the taint of an autoscaler that is removing it. */
  readonly leaving: boolean;
  /** UID of the plan that claimed the Node. */
  readonly claim: string | undefined;
  readonly turn: Turn | undefined;
  readonly quarantine: Quarantine | undefined;
  /** The done-mark of the snapshot's plan. */
  readonly done: DoneMark | undefined;
  /** Keys of the autoscaler annotations that are set. */
  readonly kept: readonly string[];
  /** Whether the Node has any annotation: a JSON Patch must create the map before it can add to it. */
  readonly annotated: boolean;
  /** Whether the Node has the taint `baton.dev/failed`. */
  readonly failedTaint: boolean;
  /** The taint `baton.dev/outdated`: UID of the plan that set it, and its index in the list of taints. */
  readonly outdated: { readonly planUid: string; readonly index: number } | undefined;
  /** Number of taints: a JSON Patch must create the list before it can add to it. */
  readonly taints: number;
  /** Whether a taint other than the cordon's keeps Pods without a toleration away. */
  readonly tainted: boolean;
}

/** The facts about a Job that decisions may use. */
export interface JobFact {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly node: string;
  readonly nodeUid: string;
  readonly batchUid: string;
  readonly process: string;
  readonly attempt: number;
  /** The host's boot ID when the Job was created. */
  readonly bootId: string;
  readonly createdTime: Instant;
  readonly completedTime: Instant | undefined;
  readonly outcome: 'Active' | 'Complete' | 'Failing' | 'Failed';
  /** Reason and message of the Failed or FailureTarget condition. */
  readonly reason: string;
  readonly message: string;
  readonly failedTime: Instant | undefined;
  readonly deleting: boolean;
  /** Why the operator stopped it early; undefined when it did not. */
  readonly stopped: string | undefined;
}

/** The facts about a Pod that decisions may use. */
export interface PodFact {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** Node that it runs on. Before it is scheduled: the node that it is pinned to, or empty. */
  readonly node: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly phase: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown';
  readonly ready: boolean;
  readonly deleting: boolean;
  /** When the kubelet kills the Pod at the latest, if it is being deleted. */
  readonly endsBy: Instant | undefined;
  readonly createdTime: Instant;
  /** Kind of the controlling owner, if any. */
  readonly controllerKind: string | undefined;
  /** Whether it is the mirror of a static Pod. */
  readonly mirror: boolean;
  readonly emptyDir: boolean;
  readonly terminated: { readonly exitCode: number; readonly reason: string; readonly message: string } | undefined;
  /** Why it does not run yet, for people: for example that its image cannot be pulled or no node fits. */
  readonly waiting: string | undefined;
}

/** The facts about the DaemonSet of a process that decisions may use. */
export interface DaemonSetFact {
  readonly namespace: string;
  readonly name: string;
  /** `spec.updateStrategy.type`. */
  readonly updateStrategy: string;
  readonly deleting: boolean;
  /** `controller-revision-hash` of its newest revision; undefined until the DaemonSet controller has observed the newest spec. */
  readonly newest: string | undefined;
  /** `spec.template.spec`, which decides on which nodes the DaemonSet runs. */
  readonly podSpec: unknown;
  /** Its Pods by node. Their labels include `controller-revision-hash`. */
  readonly pods: ReadonlyMap<string, readonly PodFact[]>;
}

/** A report that was read from an Event. */
export interface ReportFact {
  readonly batchUid: string;
  readonly node: string;
  readonly nodeUid: string;
  readonly process: string;
  readonly attempt: number;
  readonly bootId: string;
  readonly sequence: number;
  readonly reason: ReportReason;
  readonly note: string;
  readonly progress: number | undefined;
  readonly task: string | undefined;
  readonly fromVersion: string | undefined;
  readonly toVersion: string | undefined;
  /** A checkpoint for the next attempt, `key=value`. */
  readonly checkpoint?: string | undefined;
  /** `creationTimestamp`, from the API server's clock. */
  readonly time: Instant;
  /** When the report or its latest heartbeat was received, from the API server's clock. */
  readonly lastHeardTime: Instant;
  /** Number of heartbeats since the report. */
  readonly heartbeats: number;
}
