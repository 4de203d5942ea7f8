import type { LedgerState, LedgerStore } from '../../reporter/report-ledger.ts';

/** The ledger of a host's reporters. It outlives them, but not a reboot of the host. */
export class MemoryLedger implements LedgerStore {
  #saved: string | undefined;

  /** What is saved, as JSON; undefined when nothing is. */
  get saved(): string | undefined {
    return this.#saved;
  }

  /** Forgets everything, as a reboot does. */
  clear(): void {
    this.#saved = undefined;
  }

  load(): Promise<LedgerState | undefined> {
    return Promise.resolve(this.#saved === undefined ? undefined : (JSON.parse(this.#saved) as LedgerState));
  }

  save(state: LedgerState): Promise<void> {
    this.#saved = JSON.stringify(state);
    return Promise.resolve();
  }
}
