import type { Receipt, UpgradeBatch } from '../api/generated/upgradebatch.ts';
import type { Sink as SinkSpec, UpgradePlan } from '../api/generated/upgradeplan.ts';
import type { Log } from '../api/log.ts';
import type { OutboxEntry } from '../core/baton/deliveries.ts';
import type { LeaseView } from '../core/baton/lease.ts';
import type { ReportFact } from '../core/facts.ts';
import type { Sink } from '../notify/sink.ts';
import type { Clock } from '../timers/timer.ts';

export type { Clock };

/** The plan's Lease. */
export interface LeaseStore {
  read(signal: AbortSignal): Promise<LeaseView>;
  /** Replaces the Lease. Throws {@link LeaseConflict} when it has changed since it was read. */
  update(object: LeaseView['object'], signal: AbortSignal): Promise<LeaseView>;
}

/** The Lease has changed since it was read. */
export class LeaseConflict extends Error {
  readonly code = 'LeaseConflict';

  constructor(options?: ErrorOptions) {
    super('The Lease has changed since it was read: read it again.', options);
    this.name = 'LeaseConflict';
  }
}

/** The plan's UpgradeBatches. */
export interface BatchSource {
  /** Watches the batches until the signal is aborted and calls `onChange` for each change. */
  run(onChange: () => void, signal: AbortSignal): Promise<void>;
  /** The outbox as last observed by the watch. */
  outbox(): readonly OutboxEntry[];
  /** The receipts of probes as last observed by the watch. */
  probes(): readonly Receipt[];
  /** Reads a batch, not from a cache; undefined when it does not exist. */
  read(name: string, signal: AbortSignal): Promise<UpgradeBatch | undefined>;
}

/** The plan. */
export interface PlanSource {
  /** Reads the plan, not from a cache; undefined when it does not exist. */
  read(signal: AbortSignal): Promise<UpgradePlan | undefined>;
}

/** The plan's shared sinks. */
export interface SharedSinkSource {
  /** Reads them from the mounted ConfigMaps, which may be out of date by some minutes. */
  read(plan: UpgradePlan): Promise<SharedSinksRead>;
}

/** The sinks that could be read, in the order of `notify.sinksFrom`, and why some are missing. */
export interface SharedSinksRead {
  readonly sinks: readonly SinkSpec[];
  readonly problem: string | undefined;
}

/** The reports of processes. */
export interface ReportSource {
  /** Collects the reports about a batch until the signal is aborted, because Events may expire before the batch ends. */
  follow(batch: string, signal: AbortSignal): Promise<void>;
  /** Returns the collected reports about a batch and those that exist now. */
  collect(batch: string, signal: AbortSignal): Promise<readonly ReportFact[]>;
}

/** The identity of this agent. */
export interface AgentConfig {
  readonly node: string;
  readonly pod: string;
  readonly podUid: string;
  /** Name of the cluster; may be empty. */
  readonly cluster: string;
}

/** What an agent depends on. */
export interface AgentPorts {
  readonly config: AgentConfig;
  readonly leases: LeaseStore;
  readonly batches: BatchSource;
  readonly plans: PlanSource;
  readonly sharedSinks: SharedSinkSource;
  readonly reports: ReportSource;
  readonly createSink: (spec: SinkSpec) => Sink;
  readonly clock: Clock;
  /** A random number from 0 to 1, for jitter. */
  readonly random: () => number;
  readonly log: Log;
}
