import type { ApiServer } from '../../simulator/api-server/create-api-server.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import type { Notification } from '../../core/notification/model/notification.ts';

/** Something that happened and that matters to a person who watches. */
export interface SimulationEvent {
  /** Virtual time (milliseconds since the epoch). */
  readonly time: number;
  /** What it is about, such as `batch` or `node`. */
  readonly kind: string;
  /** One sentence without its subject: the node or the batch is in its own field. */
  readonly text: string;
  readonly node?: string;
  readonly plan?: string;
  readonly batch?: string;
}

/** A message as it arrived at the receiver of a sink. */
export interface ReceivedMessage {
  /** Virtual time (milliseconds since the epoch). */
  readonly time: number;
  /** Name of the sink. */
  readonly sink: string;
  /** The node whose agent sent it. */
  readonly senderNode: string;
  readonly notification: Notification;
  readonly body: string;
  readonly contentType: string;
}

/** The API server's answer to an object that was applied. */
export interface ApplyResult {
  readonly ok: boolean;
  /** The HTTP status. */
  readonly code: number;
  readonly message: string;
  readonly warnings: readonly string[];
}

/** How many requests the API server answered. */
export interface RequestCounts {
  readonly total: number;
  readonly byVerb: Readonly<Record<string, number>>;
  readonly byUser: Readonly<Record<string, number>>;
  /** Requests of Baton divided by the number of nodes. */
  readonly perNode: number;
}

/** A cluster in virtual time on which Baton runs. */
export interface Simulation {
  readonly now: () => number;
  /** When it began (milliseconds since the epoch). */
  readonly start: number;
  /** Applies objects as `kubectl apply` does. */
  apply(objects: readonly KubeObject[]): readonly ApplyResult[];
  /** Runs until `until` returns true, or until `limitMs` of virtual time have passed since the call. */
  run(options: { readonly until: (simulation: Simulation) => boolean; readonly limitMs: number }): Promise<void>;
  /** In the order in which they happened; it grows. */
  readonly events: readonly SimulationEvent[];
  /** In the order in which they arrived; it grows. */
  readonly messages: readonly ReceivedMessage[];
  readonly requests: RequestCounts;
  /** The API server, for kubectl. */
  readonly api: Pick<ApiServer, 'handle'>;
  /** How many hosts are down. */
  readonly hostsDown: { readonly now: number; readonly peak: number };
  /** The objects of a collection. */
  list(path: string): readonly KubeObject[];
}

/** Times at which a gate is closed. */
export interface GateClosure {
  readonly gate: string;
  /** From the start of the simulation (milliseconds). */
  readonly fromMs: number;
  /** Undefined: it never opens again. */
  readonly lengthMs: number | undefined;
}

/** The cluster to simulate, and what happens in it. */
export interface SimulationSetup {
  readonly seed: number;
  /** Milliseconds since the epoch. */
  readonly start: number;
  readonly nodes: readonly KubeObject[];
  /** How long processes take, by name (milliseconds). */
  readonly durations: ReadonlyMap<string, number>;
  /** The share of nodes whose upgrade fails, from 0 to 1. */
  readonly fail: number;
  /** The share of nodes whose upgrade hangs, from 0 to 1. */
  readonly hang: number;
  readonly gates: readonly GateClosure[];
}
