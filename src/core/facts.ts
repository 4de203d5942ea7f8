import type { DoneMark, Quarantine, Turn } from '../api/marks.ts';
import type { ReportReason } from '../api/names.ts';

/** A time as milliseconds since the epoch. */
export type Instant = number;

/** A stable hash of a text as lower-case hexadecimal (SHA-256): given as an argument, because the core imports nothing. */
export type Hash = (text: string) => string;

/** What the kubelet says of the host's software: the part of `status.nodeInfo` that a `verify` compares. */
export interface NodeInfo {
  readonly kernelVersion: string;
  readonly osImage: string;
  readonly kubeletVersion: string;
  readonly containerRuntimeVersion: string;
}

/** What decisions may look at of a Node. */
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
  /** Deletion asked for, or tainted by an autoscaler that is removing it. */
  readonly leaving: boolean;
  /** UID of the plan that claimed it. */
  readonly claim: string | undefined;
  readonly turn: Turn | undefined;
  readonly quarantine: Quarantine | undefined;
  /** The done-mark of the plan that the snapshot is for. */
  readonly done: DoneMark | undefined;
  /** Keys of annotations for autoscalers that are set. */
  readonly kept: readonly string[];
  /** Whether it has any annotation: a JSON Patch cannot add one where there is none. */
  readonly annotated: boolean;
  /** Whether the taint `baton.dev/failed` is on it. */
  readonly failedTaint: boolean;
  /** The taint `baton.dev/outdated`: the plan that put it there, and its place among the taints. */
  readonly outdated: { readonly planUid: string; readonly index: number } | undefined;
  /** How many taints there are: a JSON Patch cannot add one where there is none. */
  readonly taints: number;
  /** Whether a taint, other than the cordon's, keeps Pods away that do not tolerate it. */
  readonly tainted: boolean;
}

/** What decisions may look at of a Job. */
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
  /** Why the operator ended it before its time; undefined when it did not. */
  readonly stopped: string | undefined;
}

/** What decisions may look at of a Pod. */
export interface PodFact {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** Where it runs; before it is scheduled, the node that it is pinned to, or empty. */
  readonly node: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly phase: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown';
  readonly ready: boolean;
  readonly deleting: boolean;
  /** When a Pod that is being deleted is killed at the latest, if its kubelet is there. */
  readonly endsBy: Instant | undefined;
  readonly createdTime: Instant;
  /** Kind of the controlling owner, if any. */
  readonly controllerKind: string | undefined;
  /** A static Pod's mirror. */
  readonly mirror: boolean;
  readonly emptyDir: boolean;
  readonly terminated: { readonly exitCode: number; readonly reason: string; readonly message: string } | undefined;
  /** Why it does not run yet, in words: an image that cannot be pulled, no node that fits. */
  readonly waiting: string | undefined;
}

/** What decisions may look at of a DaemonSet that a process names. */
export interface DaemonSetFact {
  readonly namespace: string;
  readonly name: string;
  /** `spec.updateStrategy.type`. */
  readonly updateStrategy: string;
  readonly deleting: boolean;
  /** The label `controller-revision-hash` of Pods of its newest revision; undefined while its controller has not seen its newest spec. */
  readonly newest: string | undefined;
  /** `spec.template.spec`: it says which nodes the DaemonSet is for. */
  readonly podSpec: unknown;
  /** Its Pods by node, each with its label `controller-revision-hash`. */
  readonly pods: ReadonlyMap<string, readonly PodFact[]>;
}

/** A report, read from an Event. */
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
  /** One `key=value` for the next attempt. */
  readonly checkpoint?: string | undefined;
  /** `creationTimestamp`: the API server's clock. */
  readonly time: Instant;
  /** When it was last heard, by the API server's clock: its creation, or its last beat. */
  readonly lastHeardTime: Instant;
  /** How often the slow beat has said "still at it". */
  readonly beats: number;
}
