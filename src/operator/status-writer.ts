import type { UpgradeBatch, UpgradeBatchStatus } from '../api/generated/upgradebatch.ts';
import type { UpgradePlan, UpgradePlanStatus } from '../api/generated/upgradeplan.ts';
import { withoutFormerNames } from '../core/renamed-fields.ts';
import { isJsonObject, isSameJson } from '../core/json.ts';
import type { KubeClient, KubeObject } from '../kube/client/client.ts';
import { KINDS, resourcePath } from '../kube/resource-path.ts';

/** Minimum time between two writes of the same status (ms), and as a multiple of the duration of the last write. */
const MIN_INTERVAL_MS = 2000;
const MIN_INTERVAL_FACTOR = 5;

interface Written {
  readonly at: number;
  readonly durationMs: number;
}

/** What writing statuses needs. */
export interface StatusWriterDeps {
  readonly client: Pick<KubeClient, 'mergePatch'>;
  /** Monotonic clock (ms). */
  readonly monotonic: () => number;
  readonly observePlan: (plan: KubeObject) => void;
  readonly observeBatch: (batch: KubeObject) => void;
}

/**
 * Writes statuses at a limited rate, because a batch of a thousand nodes would otherwise be written a thousand times. The next pass derives a
 * skipped status again, so that nothing depends on this memory.
 */
export class StatusWriter {
  readonly #deps: StatusWriterDeps;
  readonly #written = new Map<string, Written>();

  constructor(deps: StatusWriterDeps) {
    this.#deps = deps;
  }

  /**
   * Writes the status of a plan if it differs. Returns the time until it may be written (ms) when it is too early.
   *
   * @throws KubeError with reason Conflict when the plan has changed since it was read.
   */
  async writePlan(plan: UpgradePlan, status: UpgradePlanStatus): Promise<number | undefined> {
    return this.#write('UpgradePlan', plan, status, this.#deps.observePlan);
  }

  /** Writes the status of a batch in the same way. */
  async writeBatch(batch: UpgradeBatch, status: UpgradeBatchStatus): Promise<number | undefined> {
    return this.#write('UpgradeBatch', batch, status, this.#deps.observeBatch);
  }

  async #write(
    kind: 'UpgradePlan' | 'UpgradeBatch',
    object: UpgradePlan | UpgradeBatch,
    status: object,
    observe: (answer: KubeObject) => void,
  ): Promise<number | undefined> {
    const { namespace, name, uid, resourceVersion } = object.metadata;
    const before = object.status ?? {};
    if (isSameJson(status, before)) return undefined;
    const last = this.#written.get(uid);
    const now = this.#deps.monotonic();
    if (last !== undefined) {
      const waitMs = last.at + Math.max(MIN_INTERVAL_MS, MIN_INTERVAL_FACTOR * last.durationMs) - now;
      if (waitMs > 0) return waitMs;
    }
    // JSON drops undefined fields, which `withRemovals` would take for present ones.
    const wanted: object = JSON.parse(JSON.stringify(status)) as object;
    const resource = kind === 'UpgradePlan' ? KINDS.plans : KINDS.batches;
    const path = resourcePath(resource, { namespace, name, subresource: 'status' });
    const answer = await this.#deps.client.mergePatch<KubeObject>(path, {
      metadata: { resourceVersion },
      status: withoutFormerNames(withRemovals(wanted, before), kind),
    });
    observe(answer);
    const done = this.#deps.monotonic();
    this.#written.set(uid, { at: done, durationMs: done - now });
    return undefined;
  }

  /** Forgets an object that was deleted. */
  forget(uid: string): void {
    this.#written.delete(uid);
  }
}

/** Adds null for every field that `before` has and `wanted` lacks, at any depth. A merge patch keeps the fields that it omits. */
function withRemovals(wanted: object, before: object): object {
  const old = new Map<string, unknown>(Object.entries(before));
  const kept = Object.entries(wanted).map(([key, value]: [string, unknown]) => {
    const oldValue = old.get(key);
    return [key, isJsonObject(value) && isJsonObject(oldValue) ? withRemovals(value, oldValue) : value];
  });
  const removed = [...old.keys()].flatMap((key) => (key in wanted ? [] : [[key, null]]));
  return Object.fromEntries([...kept, ...removed]) as object;
}
