import type { UpgradeAction } from '../../api/generated/upgradeaction.ts';
import type { UpgradeBatch } from '../../api/generated/upgradebatch.ts';
import type { UpgradePlan } from '../../api/generated/upgradeplan.ts';
import type { KubeObject } from '../../kube/client/client.ts';
import type { Reflector } from '../../kube/watch/reflector.ts';
import { KINDS } from '../../kube/resource-path.ts';
import { planKey } from '../plan-key.ts';

/** The caches of our own kinds, by their plural. */
export type OwnReflectors = (plural: string) => Pick<Reflector<KubeObject>, 'get' | 'values'>;

/** The objects of Baton's own kinds as the watches have them. Plans are named by `namespace/name`. */
export class OwnObjects {
  readonly #reflector: OwnReflectors;

  constructor(reflector: OwnReflectors) {
    this.#reflector = reflector;
  }

  /** The plans that there are, and those that only an act names. */
  keys(): ReadonlySet<string> {
    const plans = [...this.plans()].map(({ metadata }) => planKey(metadata.namespace, metadata.name));
    const acts = [...this.#all<UpgradeAction>(KINDS.actions.plural)].map(keyOfAction);
    return new Set([...plans, ...acts]);
  }

  plans(): Iterable<UpgradePlan> {
    return this.#all<UpgradePlan>(KINDS.plans.plural);
  }

  plan(key: string): UpgradePlan | undefined {
    return this.#reflector(KINDS.plans.plural).get(key) as UpgradePlan | undefined;
  }

  /** The batches of all plans, also of plans that are gone. */
  allBatches(): Iterable<UpgradeBatch> {
    return this.#all<UpgradeBatch>(KINDS.batches.plural);
  }

  /** A plan's own batches, not those that an earlier plan of its name has left. */
  batches(key: string): readonly UpgradeBatch[] {
    const uid = this.plan(key)?.metadata.uid;
    return [...this.allBatches()].filter(
      ({ metadata, spec }) => planKey(metadata.namespace, spec.plan) === key && spec.planUid === uid,
    );
  }

  actions(key: string): readonly UpgradeAction[] {
    return [...this.#all<UpgradeAction>(KINDS.actions.plural)].filter((action) => keyOfAction(action) === key);
  }

  // The API server has checked these objects against our own schemas.
  *#all<T>(plural: string): IterableIterator<T> {
    for (const object of this.#reflector(plural).values()) yield object as T;
  }
}

function keyOfAction({ metadata, spec }: UpgradeAction): string {
  return planKey(metadata.namespace, spec.plan);
}
