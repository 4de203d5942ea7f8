import { asNumber, asObject, type Json } from '../../../core/json.ts';
import type { KubeletContext } from './context.ts';
import type { ContainerRecord } from './runtime.ts';

const PERIOD_SECONDS = 10;

/**
 * Readiness of the containers of a Pod. A readiness probe is a delay, unless the program says otherwise. A kubelet that was
 * restarted starts to probe again.
 */
export class Readiness {
  readonly #context: KubeletContext;
  readonly #changed: () => void;
  /** When the probe of a container succeeds, by its ID. */
  readonly #readyAt = new Map<string, number>();
  #stopped = false;

  constructor(context: KubeletContext, changed: () => void) {
    this.#context = context;
    this.#changed = changed;
  }

  /** Whether a container is ready, given its spec and its latest start. */
  isReady(spec: Json, record: ContainerRecord | undefined): boolean {
    if (record === undefined) return false;
    if (record.exit !== undefined) return false;
    if (record.ready !== undefined) return record.ready;
    if (spec['readinessProbe'] === undefined) return true;
    return this.#context.now() >= this.#readyTime(asObject(spec['readinessProbe']), record);
  }

  /** Nothing is probed any more: the Pod ends. */
  stop(): void {
    this.#stopped = true;
  }

  #readyTime(probe: Json, { id }: ContainerRecord): number {
    const known = this.#readyAt.get(id);
    if (known !== undefined) return known;
    const periodMs = (asNumber(probe['periodSeconds']) || PERIOD_SECONDS) * 1000;
    const delayMs = asNumber(probe['initialDelaySeconds']) * 1000 + Math.round(this.#context.random() * periodMs);
    const time = this.#context.now() + delayMs;
    this.#readyAt.set(id, time);
    this.#context.later(delayMs, () => {
      if (!this.#stopped) this.#changed();
    });
    return time;
  }
}
