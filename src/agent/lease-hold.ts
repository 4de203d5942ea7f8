import type { Receipt } from '../api/generated/upgradebatch.ts';
import type { Log } from '../api/log.ts';
import { renewalDueAt, sendableUntil, type Validity } from '../core/baton/lease-validity.ts';
import { hasReceipt, namesAgent, renewLease, type AgentIdentity, type LeaseView } from '../core/baton/lease.ts';
import { pause } from '../kube/pause.ts';
import { ChangeSignal } from './change-signal.ts';
import type { Clock, LeaseStore } from './ports.ts';

/** How often an agent that the Lease does not name looks whether it does (ms). */
const LOOK_MS = 2_000;
/** After a renewal that failed (ms): several fit into a Lease's duration. */
const RETRY_MS = 1_000;
/** After a conflict (ms): the Lease is read again soon, but not in a whirl. */
const CONFLICT_MS = 100;

/** What a {@link LeaseHold} works with. */
export interface LeaseHoldOptions {
  readonly leases: LeaseStore;
  readonly agent: AgentIdentity;
  readonly clock: Clock;
  /** Rung after each change. */
  readonly changed: ChangeSignal;
  readonly log: Log;
}

/** The time in which the Lease names this agent without a gap. */
interface Tenure {
  validity: Validity;
  /** Aborted when nothing may be sent any more. */
  readonly over: AbortController;
}

/**
 * This agent's hold on the plan's Lease. One loop makes all its writes, so that they cannot overtake each other: it renews, and each
 * renewal carries the receipts that are due.
 */
export class LeaseHold {
  readonly #options: LeaseHoldOptions;
  readonly #prods: ChangeSignal;
  #lease: LeaseView | undefined;
  /** Whether the Lease may be another than the one that was seen last, and has to be read. */
  #stale = true;
  #tenure: Tenure | undefined;
  #guard: Promise<void> = Promise.resolve();
  #due: readonly Receipt[] = [];
  #prodCount = 0;

  constructor(options: LeaseHoldOptions) {
    this.#options = options;
    this.#prods = new ChangeSignal(options.clock.sleep);
  }

  /** Name of the batch that this agent speaks for; undefined while it may not speak. */
  get batch(): string | undefined {
    return this.#tenure === undefined ? undefined : this.#lease?.batch;
  }

  /** Receipts on the Lease when it was last seen, and those that are to be written to it. */
  get receipts(): readonly Receipt[] {
    return [...(this.#lease?.receipts ?? []), ...this.#due];
  }

  /** Puts a receipt on the Lease as soon as possible, however often that fails. */
  record(receipt: Receipt): void {
    if (hasReceipt(this.receipts, receipt)) return;
    this.#due = [...this.#due, receipt];
    this.#prod();
  }

  /**
   * Renews the Lease now, and waits until it is certain that this agent may send.
   *
   * @returns a signal that is aborted when it may no longer send; undefined when `signal` was aborted before.
   */
  async confirm(signal: AbortSignal): Promise<AbortSignal | undefined> {
    const since = this.#options.clock.monotonic();
    this.#prod();
    while (!signal.aborted) {
      const tenure = this.#tenure;
      if (tenure !== undefined && tenure.validity.askedAt >= since) return tenure.over.signal;
      await this.#options.changed.wait(signal);
    }
    return undefined;
  }

  /** Waits until all receipts that are due have been written, at most `ms` milliseconds. */
  async flush(ms: number, signal: AbortSignal): Promise<void> {
    const { clock, changed } = this.#options;
    const until = clock.monotonic() + ms;
    this.#prod();
    while (this.#due.length > 0 && !signal.aborted && clock.monotonic() < until) {
      await changed.wait(signal, until - clock.monotonic());
    }
  }

  /** Holds on until the signal is aborted. Call it once. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const prodsBefore = this.#prodCount;
      const waitMs = await this.#step(signal);
      if (this.#prodCount === prodsBefore) await this.#prods.wait(signal, waitMs);
    }
    this.#end('the agent stops');
    await this.#guard;
  }

  #prod(): void {
    this.#prodCount += 1;
    this.#prods.ring();
  }

  /** Renews the Lease if it names this agent. Returns after how many milliseconds the next step is due. */
  async #step(signal: AbortSignal): Promise<number> {
    const { leases, agent, clock, log } = this.#options;
    try {
      const lease = this.#lease === undefined || this.#stale ? await leases.read(signal) : this.#lease;
      this.#lease = lease;
      if (!namesAgent(lease, agent)) {
        this.#stale = true;
        this.#end(`the Lease names ${lease.holder === '' ? 'nobody' : lease.holder}`);
        return LOOK_MS;
      }
      const due = this.#due;
      const askedAt = clock.monotonic();
      this.#lease = await leases.update(renewLease(lease, clock.now(), due), signal);
      this.#stale = false;
      this.#due = this.#due.filter((receipt) => !due.includes(receipt));
      const validity = { askedAt, durationSeconds: lease.durationSeconds };
      this.#extend(validity);
      return Math.max(0, renewalDueAt(validity) - clock.monotonic());
    } catch (error) {
      // Also after an answer that was lost: the Lease may have been changed, by us.
      this.#stale = true;
      if (isConflict(error)) return CONFLICT_MS;
      if (signal.aborted) return 0;
      log.warn('Renewing lease failed', { node: agent.node, error });
      return RETRY_MS;
    }
  }

  #extend(validity: Validity): void {
    const { clock, changed, log } = this.#options;
    if (this.#tenure !== undefined) {
      this.#tenure.validity = validity;
    } else if (clock.monotonic() < sendableUntil(validity)) {
      this.#tenure = { validity, over: new AbortController() };
      this.#guard = this.#endInTime(this.#tenure);
      log.info('Holding the baton', { batch: this.#lease?.batch });
    }
    changed.ring();
  }

  /** Ends a tenure when it has not been extended in time. */
  async #endInTime(tenure: Tenure): Promise<void> {
    const { clock } = this.#options;
    // Another end of the tenure aborts the signal, and with it the wait.
    for (;;) {
      if (tenure.over.signal.aborted) return;
      const leftMs = sendableUntil(tenure.validity) - clock.monotonic();
      if (leftMs > 0) await pause(clock.sleep, leftMs, tenure.over.signal);
      else this.#end('the Lease was not renewed in time');
    }
  }

  #end(reason: string): void {
    if (this.#tenure === undefined) return;
    this.#options.log.info('No longer holding the baton', { reason });
    this.#tenure.over.abort(new Error(reason));
    this.#tenure = undefined;
    this.#options.changed.ring();
  }
}

function isConflict(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'LeaseConflict';
}
