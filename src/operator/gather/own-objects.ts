import type { UpgradeAction } from '../../api/generated/upgradeaction.ts';
import type { UpgradeBatch } from '../../api/generated/upgradebatch.ts';
import type { UpgradePlan } from '../../api/generated/upgradeplan.ts';
import { readBatch, readPlan } from '../../core/renamed-fields.ts';
import type { KubeObject } from '../../kube/client/client.ts';
import type { Reflector } from '../../kube/watch/reflector.ts';
import { KINDS } from '../../kube/resource-path.ts';
import { planKey } from '../plan-key.ts';

/** Returns the cache of one of Baton's own kinds, by its plural. */
export type OwnReflectors = (plural: string) => Pick<Reflector<KubeObject>, 'get' | 'values'>;

/** The cached objects of Baton's own kinds. Keys of plans are `namespace/name`. */
export class OwnObjects {
  readonly #reflector: OwnReflectors;
  /** Objects that were read before, so that each pass gets the same ones. */
  readonly #read = new WeakMap<KubeObject, object>();

  constructor(reflector: OwnReflectors) {
    this.#reflector = reflector;
  }

  /** The keys of all plans, and of missing plans that an action names. */
  keys(): ReadonlySet<string> {
    const plans = [...this.plans()].map(({ metadata }) => planKey(metadata.namespace, metadata.name));
    const named = [...this.#all(KINDS.actions.plural, asAction)].map(keyOfAction);
    return new Set([...plans, ...named]);
  }

  plans(): Iterable<UpgradePlan> {
    return this.#all(KINDS.plans.plural, readPlan);
  }

  plan(key: string): UpgradePlan | undefined {
    const plan = this.#reflector(KINDS.plans.plural).get(key);
    return plan === undefined ? undefined : this.#readOnce(plan, readPlan);
  }

  /** The batches of all plans, including deleted ones. */
  allBatches(): Iterable<UpgradeBatch> {
    return this.#all(KINDS.batches.plural, readBatch);
  }

  /** The batches of a plan, without those of an earlier plan of the same name. */
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

// The API server has validated the object against the schema that the type is generated from.
function asAction(object: KubeObject): UpgradeAction {
  return object as unknown as UpgradeAction;
}
