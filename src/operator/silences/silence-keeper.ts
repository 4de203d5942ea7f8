import type { UpgradePlan } from '../../api/generated/upgradeplan.ts';
import type { Log } from '../../api/log.ts';
import type { Instant } from '../../core/facts.ts';
import { decideSilences, type NodeSilence, type SilenceChange } from '../../core/silences/decide-silences.ts';
import { planKey } from '../plan-key.ts';
import type { Silencer } from './alertmanager-silences.ts';

/** What is known of a plan's nodes when its silences are looked at. */
export interface SilencedNodes {
  readonly plan: UpgradePlan;
  readonly inTurn: ReadonlySet<string>;
  readonly failed: ReadonlySet<string>;
}

/** What a keeper is made from. */
export interface SilenceKeeperDeps {
  readonly silencer: Silencer;
  readonly now: () => Instant;
  readonly log: Log;
}

/** For one request (ms). */
const REQUEST_MS = 10_000;
/** How many requests run at once for a plan. */
const CONCURRENCY = 8;

/**
 * Keeps the alerts of nodes in their turn quiet. Nothing waits for it, and what goes wrong is logged: a silence that cannot be had must
 * not stop an upgrade. What it remembers may be lost: silences end by themselves, and a new operator makes new ones.
 */
export class SilenceKeeper {
  readonly #deps: SilenceKeeperDeps;
  readonly #made = new Map<string, Map<string, NodeSilence>>();
  readonly #busy = new Map<string, Promise<void>>();
  readonly #stop = new AbortController();

  constructor(deps: SilenceKeeperDeps) {
    this.#deps = deps;
  }

  /** Looks at a plan's silences, unless the last look is still under way: the next pass comes soon. */
  look(nodes: SilencedNodes): void {
    const key = planKey(nodes.plan.metadata.namespace, nodes.plan.metadata.name);
    const policy = nodes.plan.spec.notify?.silences;
    const made = this.#made.get(key) ?? new Map<string, NodeSilence>();
    if (policy === undefined || this.#busy.has(key) || this.#stop.signal.aborted) return;
    const now = this.#deps.now();
    for (const [node, { endsAt }] of made) if (endsAt <= now) made.delete(node);
    const steps = decideSilences({ inTurn: nodes.inTurn, failed: nodes.failed, made, now });
    if (made.size === 0 && steps.length === 0) this.#made.delete(key);
    else this.#made.set(key, made);
    if (steps.length === 0) return;
    const work = this.#carryOut(nodes.plan, made, steps).finally(() => this.#busy.delete(key));
    this.#busy.set(key, work);
  }

  /** Ends what is under way. Silences stay until they end by themselves. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#busy.values());
  }

  async #carryOut(plan: UpgradePlan, made: Map<string, NodeSilence>, steps: readonly SilenceChange[]): Promise<void> {
    const waiting = [...steps];
    const work = async (): Promise<void> => {
      for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) await this.#carryOutOne(plan, made, step);
    };
    await Promise.all(Array.from({ length: Math.min(CONCURRENCY, steps.length) }, work));
  }

  async #carryOutOne(plan: UpgradePlan, made: Map<string, NodeSilence>, step: SilenceChange): Promise<void> {
    const { silencer, now, log } = this.#deps;
    const policy = plan.spec.notify?.silences;
    if (policy === undefined || this.#stop.signal.aborted) return;
    const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(REQUEST_MS)]);
    const fields = { plan: planKey(plan.metadata.namespace, plan.metadata.name), node: step.node, step: step.kind };
    try {
      const answer =
        step.kind === 'Lift'
          ? await silencer.lift({ policy, id: step.id, signal })
          : await silencer.set({
              ...{ plan, policy, node: step.node, startsAt: now(), endsAt: step.endsAt, signal },
              id: step.kind === 'Extend' ? step.id : undefined,
            });
      if (answer.kind === 'Failed') {
        log.warn('Keeping a silence failed', { ...fields, problem: answer.message });
        // An extension of what Alertmanager no longer knows would fail for ever.
        if (step.kind === 'Extend') made.delete(step.node);
        return;
      }
      if (step.kind === 'Lift') made.delete(step.node);
      else made.set(step.node, { id: answer.id, endsAt: step.endsAt });
      log.info('Kept a silence', fields);
    } catch (error) {
      log.warn('Keeping a silence failed', { ...fields, error });
    }
  }
}
