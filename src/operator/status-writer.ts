import { isDeepStrictEqual } from 'node:util';
import type { UpgradeBatch, UpgradeBatchStatus } from '../api/generated/upgradebatch.ts';
import type { UpgradePlan, UpgradePlanStatus } from '../api/generated/upgradeplan.ts';
import { withoutFormerNames } from '../core/renamed-fields.ts';
import { isJsonObject } from '../core/json.ts';
import type { KubeClient, KubeObject } from '../kube/client/client.ts';
import { KINDS, resourcePath } from '../kube/resource-path.ts';

/** The least time between two writes of one status (ms), and how many times the last write's duration it is at least. */
const MIN_INTERVAL_MS = 2000;
const DURATION_FACTOR = 5;

interface Written {
  readonly at: number;
  readonly durationMs: number;
}

/** What writing statuses needs. */
export interface StatusWriterDeps {
  readonly client: Pick<KubeClient, 'mergePatch'>;
  /** Milliseconds that never go back. */
  readonly monotonic: () => number;
  readonly observePlan: (plan: KubeObject) => void;
  readonly observeBatch: (batch: KubeObject) => void;
}

/**
 * Writes statuses, each at most so often: a batch of a thousand nodes would otherwise be written a thousand times. What is not
 * written now is derived again by the next pass, so nothing depends on this memory.
 */
export class StatusWriter {
  readonly #deps: StatusWriterDeps;
  readonly #written = new Map<string, Written>();

  constructor(deps: StatusWriterDeps) {
    this.#deps = deps;
  }

  /** Writes a plan's status if it differs. Gives the milliseconds until it may be written, when it is too early. */
  async writePlan(plan: UpgradePlan, status: UpgradePlanStatus): Promise<number | undefined> {
    return this.#write('UpgradePlan', plan, status, this.#deps.observePlan);
  }

  /** Writes a batch's status if it differs, likewise. */
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
    // Through JSON, for an absent field and one that is undefined are the same on the wire.
    const wanted: object = JSON.parse(JSON.stringify(status)) as object;
    if (isDeepStrictEqual(wanted, before)) return undefined;
    const last = this.#written.get(uid);
    const now = this.#deps.monotonic();
    if (last !== undefined) {
      const wait = last.at + Math.max(MIN_INTERVAL_MS, DURATION_FACTOR * last.durationMs) - now;
      if (wait > 0) return wait;
    }
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

  /** Forgets an object that is gone. */
  forget(uid: string): void {
    this.#written.delete(uid);
  }
}

/** `wanted` with null for every field that `before` has and `wanted` has not, at any depth: a merge patch keeps fields that it omits. */
function withRemovals(wanted: object, before: object): object {
  const old = new Map<string, unknown>(Object.entries(before));
  const kept = Object.entries(wanted).map(([key, value]: [string, unknown]) => {
    const was = old.get(key);
    return [key, isJsonObject(value) && isJsonObject(was) ? withRemovals(value, was) : value];
  });
  const removed = [...old.keys()].flatMap((key) => (key in wanted ? [] : [[key, null]]));
  return Object.fromEntries([...kept, ...removed]) as object;
}
