import type { UpgradeAction } from '../../api/generated/upgradeaction.ts';
import type { UpgradeBatch } from '../../api/generated/upgradebatch.ts';
import type { UpgradePlan } from '../../api/generated/upgradeplan.ts';
import { readBatch, readPlan } from '../../core/renamed-fields.ts';
import type { KubeObject } from '../../kube/client/client.ts';
import type { Reflector } from '../../kube/watch/reflector.ts';
import { KINDS } from '../../kube/resource-path.ts';
import { planKey } from '../plan-key.ts';

/** The caches of our own kinds, by their plural. */
export type OwnReflectors = (plural: string) => Pick<Reflector<KubeObject>, 'get' | 'values'>;

/** The objects of Baton's own kinds as the watches have them. Plans are named by `namespace/name`. */
export class OwnObjects {
  readonly #reflector: OwnReflectors;
  /** Objects that were read before: a pass gets the same one each time. */
  readonly #read = new WeakMap<KubeObject, object>();

  constructor(reflector: OwnReflectors) {
    this.#reflector = reflector;
  }

  /** The plans that there are, and those that only an act names. */
  keys(): ReadonlySet<string> {
    const plans = [...this.plans()].map(({ metadata }) => planKey(metadata.namespace, metadata.name));
    const acts = [...this.#all(KINDS.actions.plural, asAction)].map(keyOfAction);
    return new Set([...plans, ...acts]);
  }

  plans(): Iterable<UpgradePlan> {
    return this.#all(KINDS.plans.plural, readPlan);
  }

  plan(key: string): UpgradePlan | undefined {
    const plan = this.#reflector(KINDS.plans.plural).get(key);
    return plan === undefined ? undefined : this.#readOnce(plan, readPlan);
  }

  /** The batches of all plans, also of plans that are gone. */
  allBatches(): Iterable<UpgradeBatch> {
    return this.#all(KINDS.batches.plural, readBatch);
  }

  /** A plan's own batches, not those that an earlier plan of its name has left. */
  batches(key: string): readonly UpgradeBatch[] {
    const uid = this.plan(key)?.metadata.uid;
    return [...this.allBatches()].filter(
      ({ metadata, spec }) => planKey(metadata.namespace, spec.plan) === key && spec.planUid === uid,
    );
  }

  actions(key: string): readonly UpgradeAction[] {
    return [...this.#all(KINDS.actions.plural, asAction)].filter((action) => keyOfAction(action) === key);
  }

  *#all<T extends object>(plural: string, read: (object: KubeObject) => T): IterableIterator<T> {
    for (const object of this.#reflector(plural).values()) yield this.#readOnce(object, read);
  }

  #readOnce<T extends object>(object: KubeObject, read: (object: KubeObject) => T): T {
    const known = this.#read.get(object);
    if (known !== undefined) return known as T;
    const value = read(object);
    this.#read.set(object, value);
    return value;
  }
}

function keyOfAction({ metadata, spec }: UpgradeAction): string {
  return planKey(metadata.namespace, spec.plan);
}

// The API server has checked the object against the schema that the type is made from.
function asAction(object: KubeObject): UpgradeAction {
  return object as unknown as UpgradeAction;
}
