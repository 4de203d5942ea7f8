import type { UpgradePlan } from '../../api/generated/upgradeplan.ts';
import type { Hash } from '../../core/facts.ts';
import { revisionOf } from '../../core/rollout/fleet/revision.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { LATE_NODE_CHECK_MS, mayHaveLateNodes, hasLateNodes } from './late-node-check.ts';
import type { OwnObjects } from '../gather/own-objects.ts';

/** What the memory of resting plans needs. */
export interface IdlePlansDeps {
  readonly client: Pick<KubeClient, 'list'>;
  readonly own: Pick<OwnObjects, 'batches' | 'actions'>;
  readonly hash: Hash;
  /** Milliseconds that never go back. */
  readonly monotonic: () => number;
  /** Passes over a plan after so long (ms). */
  readonly enqueueAfter: (key: string, ms: number) => void;
}

/**
 * The plans that rest: they have ended, everybody has been told, and none of their watches is needed. A change of the plan, its batches or
 * its acts wakes one, and so do nodes that came late. A restart forgets all of it, and passes over each plan once more.
 */
export class IdlePlans {
  readonly #deps: IdlePlansDeps;
  /** What a plan and its batches and acts were like when it began to rest. */
  readonly #seen = new Map<string, string>();
  /** When the Nodes of each are looked at again (ms, monotonic). */
  readonly #lateLooks = new Map<string, number>();

  constructor(deps: IdlePlansDeps) {
    this.#deps = deps;
  }

  /** The versions of all that can wake a plan. */
  fingerprint(key: string, plan: UpgradePlan): string {
    const { own } = this.#deps;
    const objects = [plan, ...own.batches(key), ...own.actions(key)];
    return objects.map(({ metadata }) => `${metadata.uid} ${metadata.resourceVersion}`).join(',');
  }

  /** Whether a plan that is now like this still rests. */
  async isStillIdle(key: string, plan: UpgradePlan, fingerprint: string): Promise<boolean> {
    return this.#seen.get(key) === fingerprint && !(await this.#wakesUp(key, plan));
  }

  /** From now on the plan rests, until it is no longer like this. */
  markIdle(key: string, plan: UpgradePlan, fingerprint: string): void {
    this.#seen.set(key, fingerprint);
    this.#lookLater(key, plan);
  }

  /** The plan is worked on. */
  markActive(key: string): void {
    this.#seen.delete(key);
  }

  /** The plan is gone. */
  forget(key: string): void {
    this.#seen.delete(key);
    this.#lateLooks.delete(key);
  }

  /** Whether nodes came late to a plan that has ended. Asked for now and then: there is no watch that would tell. */
  async #wakesUp(key: string, plan: UpgradePlan): Promise<boolean> {
    const due = this.#lateLooks.get(key);
    const { client, own, hash, monotonic } = this.#deps;
    if (due === undefined || monotonic() < due) return false;
    const deps = { client, hash, revisionOf: (current: UpgradePlan) => revisionOf(current, hash) };
    const wakes = await hasLateNodes(deps, plan, own.batches(key));
    if (!wakes) this.#lookLater(key, plan);
    return wakes;
  }

  #lookLater(key: string, plan: UpgradePlan): void {
    if (!mayHaveLateNodes(plan)) {
      this.#lateLooks.delete(key);
      return;
    }
    this.#lateLooks.set(key, this.#deps.monotonic() + LATE_NODE_CHECK_MS);
    this.#deps.enqueueAfter(key, LATE_NODE_CHECK_MS);
  }
}
