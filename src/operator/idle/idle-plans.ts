import type { UpgradePlan } from '../../api/generated/upgradeplan.ts';
import type { Hash } from '../../core/facts.ts';
import { revisionOf } from '../../core/rollout/fleet/revision.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { LATE_NODE_CHECK_MS, mayHaveLateNodes, hasLateNodes } from './late-node-check.ts';
import type { OwnObjects } from '../gather/own-objects.ts';

/** What {@link IdlePlans} needs. */
export interface IdlePlansDeps {
  readonly client: Pick<KubeClient, 'list'>;
  readonly own: Pick<OwnObjects, 'batches' | 'actions'>;
  readonly hash: Hash;
  /** Monotonic clock (ms). */
  readonly monotonic: () => number;
  /** Enqueues a plan after a delay (ms). */
  readonly enqueueAfter: (key: string, ms: number) => void;
}

/**
 * Remembers which plans are idle: their rollout has ended, all notifications are settled, and no watch is open. A change of the plan, of its
 * batches or of its actions makes a plan active again, and so do late nodes. After a restart, each plan gets one more pass.
 */
export class IdlePlans {
  readonly #deps: IdlePlansDeps;
  /** Fingerprint of each idle plan. */
  readonly #fingerprints = new Map<string, string>();
  /** When the Nodes of each idle plan are checked next (ms, monotonic). */
  readonly #nextChecks = new Map<string, number>();

  constructor(deps: IdlePlansDeps) {
    this.#deps = deps;
  }

  /** The versions of all objects that make a plan active when they change. */
  fingerprint(key: string, plan: UpgradePlan): string {
    const { own } = this.#deps;
    const objects = [plan, ...own.batches(key), ...own.actions(key)];
    return objects.map(({ metadata }) => `${metadata.uid} ${metadata.resourceVersion}`).join(',');
  }

  /** Whether an idle plan has the same fingerprint as before and no late nodes. */
  async isStillIdle(key: string, plan: UpgradePlan, fingerprint: string): Promise<boolean> {
    return this.#fingerprints.get(key) === fingerprint && !(await this.#hasLateNodes(key, plan));
  }

  /** Marks a plan as idle until its fingerprint changes. */
  markIdle(key: string, plan: UpgradePlan, fingerprint: string): void {
    this.#fingerprints.set(key, fingerprint);
    this.#scheduleCheck(key, plan);
  }

  /** Marks a plan as active. */
  markActive(key: string): void {
    this.#fingerprints.delete(key);
  }

  /** Forgets a plan that was deleted. */
  forget(key: string): void {
    this.#fingerprints.delete(key);
    this.#nextChecks.delete(key);
  }

  /** Checks for late nodes when it is time: an idle plan has no watch that would report them. */
  async #hasLateNodes(key: string, plan: UpgradePlan): Promise<boolean> {
    const checkAt = this.#nextChecks.get(key);
    const { client, own, hash, monotonic } = this.#deps;
    if (checkAt === undefined || monotonic() < checkAt) return false;
    const deps = { client, hash, revisionOf: (current: UpgradePlan) => revisionOf(current, hash) };
    const late = await hasLateNodes(deps, plan, own.batches(key));
    if (!late) this.#scheduleCheck(key, plan);
    return late;
  }

  #scheduleCheck(key: string, plan: UpgradePlan): void {
    if (!mayHaveLateNodes(plan)) {
      this.#nextChecks.delete(key);
      return;
    }
    this.#nextChecks.set(key, this.#deps.monotonic() + LATE_NODE_CHECK_MS);
    this.#deps.enqueueAfter(key, LATE_NODE_CHECK_MS);
  }
}
