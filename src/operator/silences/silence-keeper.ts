import type { UpgradePlan } from '../../api/generated/upgradeplan.ts';
import type { Log } from '../../api/log.ts';
import type { Instant } from '../../core/facts.ts';
import { decideSilences, type NodeSilence, type SilenceChange } from '../../core/silences/decide-silences.ts';
import type { SetTimer } from '../../timers/timer.ts';
import { startDeadline } from '../../timers/deadline.ts';
import { planKey } from '../plan-key.ts';
import type { Silencer } from './alertmanager-silences.ts';

/** The nodes of a plan that decide its silences. */
export interface SilencedNodes {
  readonly plan: UpgradePlan;
  readonly inTurn: ReadonlySet<string>;
  readonly failed: ReadonlySet<string>;
}

/** What a {@link SilenceKeeper} needs. */
export interface SilenceKeeperDeps {
  readonly silencer: Silencer;
  readonly now: () => Instant;
  /** Measures the timeouts of requests. */
  readonly setTimer: SetTimer;
  readonly log: Log;
}

/** Timeout of one request (ms). */
const REQUEST_MS = 10_000;
/** Maximum number of parallel requests for a plan. */
const CONCURRENCY = 8;

/**
 * Silences the alerts of nodes in their turn. Nothing waits for it, and failures are only logged: a missing silence must not stop an upgrade.
 * Its memory may be lost: silences expire, and a restarted operator creates new ones.
 */
export class SilenceKeeper {
  readonly #deps: SilenceKeeperDeps;
  readonly #silences = new Map<string, Map<string, NodeSilence>>();
  readonly #busy = new Map<string, Promise<void>>();
  readonly #stop = new AbortController();

  constructor(deps: SilenceKeeperDeps) {
    this.#deps = deps;
  }

  /** Starts to update the silences of a plan. Does nothing while the update before is under way, because the next pass follows soon. */
  update(nodes: SilencedNodes): void {
    const key = planKey(nodes.plan.metadata.namespace, nodes.plan.metadata.name);
    const policy = nodes.plan.spec.notify?.silences;
    const existing = this.#silences.get(key) ?? new Map<string, NodeSilence>();
    if (policy === undefined || this.#busy.has(key) || this.#stop.signal.aborted) return;
    const now = this.#deps.now();
    for (const [node, { endsAt }] of existing) if (endsAt <= now) existing.delete(node);
    const changes = decideSilences({ inTurn: nodes.inTurn, failed: nodes.failed, existing, now });
    if (existing.size === 0 && changes.length === 0) this.#silences.delete(key);
    else this.#silences.set(key, existing);
    if (changes.length === 0) return;
    const work = this.#applyAll(nodes.plan, existing, changes).finally(() => this.#busy.delete(key));
    this.#busy.set(key, work);
  }

  /** Aborts requests that are under way. Silences stay until they expire. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#busy.values());
  }

  async #applyAll(plan: UpgradePlan, existing: Map<string, NodeSilence>, changes: readonly SilenceChange[]): Promise<void> {
    const waiting = [...changes];
    const work = async (): Promise<void> => {
      for (let change = waiting.shift(); change !== undefined; change = waiting.shift())
        await this.#apply(plan, existing, change);
    };
    await Promise.all(Array.from({ length: Math.min(CONCURRENCY, changes.length) }, work));
  }

  async #apply(plan: UpgradePlan, existing: Map<string, NodeSilence>, change: SilenceChange): Promise<void> {
    const { silencer, now, setTimer, log } = this.#deps;
    const policy = plan.spec.notify?.silences;
    if (policy === undefined || this.#stop.signal.aborted) return;
    const deadline = startDeadline(REQUEST_MS, this.#stop.signal, setTimer);
    const { signal } = deadline;
    const { namespace, name } = plan.metadata;
    const fields = { namespace, plan: name, node: change.node, change: change.kind };
    try {
      const answer =
        change.kind === 'Lift'
          ? await silencer.lift({ policy, id: change.id, signal })
          : await silencer.set({
              ...{ plan, policy, node: change.node, startsAt: now(), endsAt: change.endsAt, signal },
              id: change.kind === 'Extend' ? change.id : undefined,
            });
      if (answer.kind === 'Failed') {
        log.warn('Updating a silence failed', { ...fields, problem: answer.message });
        // A silence that Alertmanager no longer knows can never be extended: create another one.
        if (change.kind === 'Extend') existing.delete(change.node);
        return;
      }
      if (change.kind === 'Lift') existing.delete(change.node);
      else existing.set(change.node, { id: answer.id, endsAt: change.endsAt });
      log.info('Updated a silence', fields);
    } catch (error) {
      log.warn('Updating a silence failed', { ...fields, error });
    } finally {
      deadline.dispose();
    }
  }
}
