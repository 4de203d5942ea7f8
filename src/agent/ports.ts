import type { Receipt, UpgradeBatch } from '../api/generated/upgradebatch.ts';
import type { Sink as SinkSpec, UpgradePlan } from '../api/generated/upgradeplan.ts';
import type { Log } from '../api/log.ts';
import type { OutboxEntry } from '../core/baton/deliveries.ts';
import type { LeaseView } from '../core/baton/lease.ts';
import type { ReportFact } from '../core/facts.ts';
import type { Sink } from '../notify/sink.ts';

/** Times and waiting. */
export interface Clock {
  /** The wall clock, milliseconds since the epoch; it may jump. */
  readonly now: () => number;
  /** Milliseconds since some moment; it never goes back. */
  readonly monotonic: () => number;
  /** Waits; may end early, resolved or rejected, when the signal is aborted. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
}

/** The plan's Lease. */
export interface LeaseStore {
  read(signal: AbortSignal): Promise<LeaseView>;
  /** Replaces the Lease if it is still the one that was read; throws {@link LeaseConflict} when it is not. */
  update(object: LeaseView['object'], signal: AbortSignal): Promise<LeaseView>;
}

/** Somebody else has changed the Lease since it was read. */
export class LeaseConflict extends Error {
  readonly code = 'LeaseConflict';

  constructor(options?: ErrorOptions) {
    super('The Lease has changed since it was read: read it again.', options);
    this.name = 'LeaseConflict';
  }
}

/** The plan's UpgradeBatches. */
export interface BatchSource {
  /** Follows them until the signal is aborted, and tells of each change. */
  run(onChange: () => void, signal: AbortSignal): Promise<void>;
  /** What was in the outbox when last heard of. */
  outbox(): readonly OutboxEntry[];
  /** What probes had found out when last heard of. */
  probes(): readonly Receipt[];
  /** A batch as it is now, never as some cache has it; undefined when it is gone. */
  read(name: string, signal: AbortSignal): Promise<UpgradeBatch | undefined>;
}

/** The plan. */
export interface PlanSource {
  /** As it is now; undefined when it is gone. */
  read(signal: AbortSignal): Promise<UpgradePlan | undefined>;
}

/** The sinks that the plan shares with others. */
export interface SharedSinkSource {
  /** As the kubelet has them, which may be some minutes behind. */
  read(plan: UpgradePlan): Promise<SharedSinksRead>;
}

/** What could be read, in the order of `notify.sinksFrom`, and why that is not all of it. */
export interface SharedSinksRead {
  readonly sinks: readonly SinkSpec[];
  readonly problem: string | undefined;
}

/** What processes have reported. */
export interface ReportSource {
  /** Gathers reports about a batch until the signal is aborted, because Events live shorter than some batches. */
  follow(batch: string, signal: AbortSignal): Promise<void>;
  /** What was gathered about a batch, and what there is now. */
  collect(batch: string, signal: AbortSignal): Promise<readonly ReportFact[]>;
}

/** Which agent this is. */
export interface AgentConfig {
  readonly node: string;
  readonly pod: string;
  readonly podUid: string;
  /** Name of the cluster; may be empty. */
  readonly cluster: string;
}

/** All that an agent works with. */
export interface AgentPorts {
  readonly config: AgentConfig;
  readonly leases: LeaseStore;
  readonly batches: BatchSource;
  readonly plans: PlanSource;
  readonly sharedSinks: SharedSinkSource;
  readonly reports: ReportSource;
  readonly createSink: (spec: SinkSpec) => Sink;
  readonly clock: Clock;
  /** From 0 to 1, for jitter. */
  readonly random: () => number;
  readonly log: Log;
}
