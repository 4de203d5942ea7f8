import type { Receipt } from '../api/generated/upgradebatch.ts';
import type { Log } from '../api/log.ts';
import { renewalDueAt, sendableUntil, type Validity } from '../core/baton/lease-validity.ts';
import { hasReceipt, isHolder, renewLease, type AgentIdentity, type LeaseView } from '../core/baton/lease.ts';
import { pause } from '../kube/pause.ts';
import { ChangeSignal } from './change-signal.ts';
import type { Clock, LeaseStore } from './ports.ts';

/** Interval at which an agent that the Lease does not name reads it (ms). */
const POLL_INTERVAL_MS = 2_000;
/** Delay after a failed renewal (ms): several retries fit into the Lease's duration. */
const RETRY_DELAY_MS = 1_000;
/** Delay after a conflict (ms). It keeps the agent from retrying in a tight loop. */
const CONFLICT_DELAY_MS = 100;

/** What a {@link LeaseHold} depends on. */
export interface LeaseHoldOptions {
  readonly leases: LeaseStore;
  readonly agent: AgentIdentity;
  readonly clock: Clock;
  /** Notified after each change. */
  readonly changed: ChangeSignal;
  readonly log: Log;
}

/** A period during which the Lease names this agent without interruption. */
interface Tenure {
  validity: Validity;
  /** Aborted when this agent may no longer send. */
  readonly ended: AbortController;
}

/**
 * This agent's hold on the plan's Lease. A single loop makes all writes, so that they cannot overtake each other: it renews the Lease, and
 * each renewal includes the receipts that are not written yet.
 */
export class LeaseHold {
  readonly #options: LeaseHoldOptions;
  readonly #wakeUps: ChangeSignal;
  #lease: LeaseView | undefined;
  /** Whether the Lease may have changed since it was last read, so that it must be read again. */
  #stale = true;
  #tenure: Tenure | undefined;
  #expiry: Promise<void> = Promise.resolve();
  #unwritten: readonly Receipt[] = [];
  #wakeCount = 0;

  constructor(options: LeaseHoldOptions) {
    this.#options = options;
    this.#wakeUps = new ChangeSignal(options.clock.sleep);
  }

  /** Name of the batch whose notifications this agent sends; undefined while it does not hold the baton. */
  get batch(): string | undefined {
    return this.#tenure === undefined ? undefined : this.#lease?.batch;
  }

  /** The receipts on the Lease when it was last read, and those that are not written to it yet. */
  get receipts(): readonly Receipt[] {
    return [...(this.#lease?.receipts ?? []), ...this.#unwritten];
  }

  /** Writes a receipt to the Lease as soon as possible and retries until it is written. */
  record(receipt: Receipt): void {
    if (hasReceipt(this.receipts, receipt)) return;
    this.#unwritten = [...this.#unwritten, receipt];
    this.#wake();
  }

  /**
   * Renews the Lease and waits until this agent may send.
   *
   * @returns a signal that is aborted when it may no longer send; undefined when `signal` is aborted first.
   */
  async confirm(signal: AbortSignal): Promise<AbortSignal | undefined> {
    const since = this.#options.clock.monotonic();
    this.#wake();
    while (!signal.aborted) {
      const tenure = this.#tenure;
      if (tenure !== undefined && tenure.validity.requestedAt >= since) return tenure.ended.signal;
      await this.#options.changed.wait(signal);
    }
    return undefined;
  }

  /** Waits until all receipts are written, at most `ms` milliseconds. */
  async flush(ms: number, signal: AbortSignal): Promise<void> {
    const { clock, changed } = this.#options;
    const until = clock.monotonic() + ms;
    this.#wake();
    while (this.#unwritten.length > 0 && !signal.aborted && clock.monotonic() < until) {
      await changed.wait(signal, until - clock.monotonic());
    }
  }

  /** Renews the Lease until the signal is aborted. Call it once. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const countBefore = this.#wakeCount;
      const waitMs = await this.#renewOnce(signal);
      if (this.#wakeCount === countBefore) await this.#wakeUps.wait(signal, waitMs);
    }
    this.#end('the agent is stopping');
    await this.#expiry;
  }

  #wake(): void {
    this.#wakeCount += 1;
    this.#wakeUps.notify();
  }

  /** Renews the Lease if it names this agent. Returns the milliseconds until the next renewal. */
  async #renewOnce(signal: AbortSignal): Promise<number> {
    const { leases, agent, clock, log } = this.#options;
    try {
      const lease = this.#lease === undefined || this.#stale ? await leases.read(signal) : this.#lease;
      this.#lease = lease;
      if (!isHolder(lease, agent)) {
        this.#stale = true;
        this.#end(lease.holder === '' ? 'the Lease has no holder' : `the Lease names ${lease.holder}`);
        return POLL_INTERVAL_MS;
      }
      const unwritten = this.#unwritten;
      const requestedAt = clock.monotonic();
      this.#lease = await leases.update(renewLease(lease, clock.now(), unwritten), signal);
      this.#stale = false;
      this.#unwritten = this.#unwritten.filter((receipt) => !unwritten.includes(receipt));
      const validity = { requestedAt, durationSeconds: lease.durationSeconds };
      this.#extend(validity);
      return Math.max(0, renewalDueAt(validity) - clock.monotonic());
    } catch (error) {
      // If only the answer was lost, our own write may have changed the Lease.
      this.#stale = true;
      if (isConflict(error)) return CONFLICT_DELAY_MS;
      if (signal.aborted) return 0;
      log.warn('Renewing the Lease failed', { node: agent.node, error });
      return RETRY_DELAY_MS;
    }
  }

  #extend(validity: Validity): void {
    const { clock, changed, log } = this.#options;
    if (this.#tenure !== undefined) {
      this.#tenure.validity = validity;
    } else if (clock.monotonic() < sendableUntil(validity)) {
      this.#tenure = { validity, ended: new AbortController() };
      this.#expiry = this.#endWhenExpired(this.#tenure);
      log.info('Holding the baton', { batch: this.#lease?.batch });
    }
    changed.notify();
  }

  /** Ends a tenure that was not extended in time. */
  async #endWhenExpired(tenure: Tenure): Promise<void> {
    const { clock } = this.#options;
    // Ending the tenure for another reason aborts the signal, which also ends this wait.
    for (;;) {
      if (tenure.ended.signal.aborted) return;
      const leftMs = sendableUntil(tenure.validity) - clock.monotonic();
      if (leftMs > 0) await pause(clock.sleep, leftMs, tenure.ended.signal);
      else this.#end('the Lease was not renewed in time');
    }
  }

  #end(reason: string): void {
    if (this.#tenure === undefined) return;
    this.#options.log.info('No longer holding the baton', { reason });
    this.#tenure.ended.abort(new Error(reason));
    this.#tenure = undefined;
    this.#options.changed.notify();
  }
}

function isConflict(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'LeaseConflict';
}
